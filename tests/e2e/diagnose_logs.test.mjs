// `diagnose --logs`: each error of the app's log with its cause, with a database and without.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

import { guardBinary, testOfResources } from './harness/environment.mjs'
import { ANALYTICS, exampleApp, first, scripts } from './harness/example.mjs'
import { Pinned, withoutChance } from './harness/pinned.mjs'
import { deployed, test } from './harness/scenario.mjs'

const EVENT = 'public.AnalyticsEvent'
const NOWHERE = 'postgresql://app:secret@127.0.0.1:1/app'
// As the ticket has it: a timestamp and prisma:error, then a sentence without either, and no code.
const INCIDENT = `2025-11-10T03:51:27.425062648Z prisma:error
Invalid \`prisma.analyticsEvent.create()\` invocation:
The table \`public.AnalyticsEvent\` does not exist in the current database.
`
const pinned = new Pinned('diagnose_logs')
const called = (call, ...lines) => `prisma:error\nInvalid \`prisma.${call}()\` invocation:\n\n${lines.join('\n')}\n`
const raw = (state, message) => called('$queryRaw', `Raw query failed. Code: \`${state}\`. Message: \`ERROR: ${message}\``)

async function explained(context, database, project, log, { exit, env, options = [] }) {
  project.write('app.log', log)
  const args = ['diagnose', '--logs', 'app.log', ...options]
  const url = typeof database === 'string' || !database ? database : database.url()
  const text = await project.guard(url, args, { env })
  assert.equal(text.code, exit, text.stdout + text.stderr)
  const { json, code } = await project.json(url, [...args, '--json'], { env })
  assert.equal(code, exit)
  pinned.check(context.name, withoutChance(text.stdout, { project, database }).split('\n'))
  return { text: text.stdout, json, groups: json.logs.groups }
}

test('the incident: pending', async (context) => {
  const { groups } = await explained(context, await deployed(context, first(2)), exampleApp(context), INCIDENT, { exit: 80 })
  assert.equal(groups[0].object, EVENT)
  assert.match(groups[0].cause, new RegExp(`migration ${ANALYTICS} creates it and has not been applied`))
})

test('the incident: never migrated, and no database can be reached', async (context) => {
  const project = exampleApp(context, { migrations: first(2) })
  const { json, groups } = await explained(context, NOWHERE, project, INCIDENT, { exit: 69, options: ['--wait-timeout', '500ms'] })
  assert.match(groups[0].cause, /none of the 2 bundled migrations creates it/)
  assert.deepEqual(json.causes.map(({ kind }) => kind).slice(0, 2), ['unreachable', 'neverMigrated'])
  assert.deepEqual(json.migrations, [], 'nobody knows their state')
  assert.deepEqual([json.counts.bundled, json.counts.pending, json.bundled.length], [2, 0, 2])
  assert.equal(json.schema.models, 3)
})

test('without DATABASE_URL: bundle and log', async (context) => {
  const project = exampleApp(context, { migrations: first(2) })
  const { groups } = await explained(context, undefined, project, INCIDENT, { exit: 78 })
  assert.match(groups[0].cause, /none of the 2 bundled migrations creates it/)
})

test('without a database the bundle tells which migration creates it', async (context) => {
  const { groups } = await explained(context, NOWHERE, exampleApp(context), INCIDENT, { exit: 69, options: ['--wait-timeout', '500ms'] })
  assert.match(groups[0].cause, new RegExp(`^migration ${ANALYTICS} creates public\\.AnalyticsEvent; whether it is applied only the database`))
})

test('without prisma/: the log', async (context) => {
  const project = exampleApp(context)
  project.remove()
  const { groups, json } = await explained(context, NOWHERE, project, INCIDENT, { exit: 66 })
  assert.equal(groups[0].object, EVENT)
  assert.deepEqual(json.bundled, [])
})

test('a key in error: what is right of the configuration finds the bundle, and nobody connects', async (context) => {
  const project = exampleApp(context, { migrations: {} })
  for (const [name, script] of Object.entries(first(2))) project.write(`db/steps/${name}/migration.sql`, script)
  project.write('captain-definition', '{"schemaVersion": 2, "x-migration-guard": {"migrationsDir": "db/steps", "waitTimout": "5s"}}')
  const { json, text, groups } = await explained(context, NOWHERE, project, INCIDENT, { exit: 78 })
  assert.match(text, /unknown key "waitTimout" \(captain-definition:1:\d+\)\.\n +next: did you mean waitTimeout\?/)
  assert.match(groups[0].cause, /none of the 2 bundled migrations creates it/)
  assert.equal(json.verdict, 'config_invalid')
  assert.match(json.message, /waitTimout/)
  assert.deepEqual(json.problems.map(({ exitCode }) => exitCode), [78])
  assert.deepEqual(json.bundled, Object.keys(first(2)))
})

test('a configuration that cannot be read, and no prisma/: the log', async (context) => {
  const project = exampleApp(context)
  project.remove()
  project.write('migration-guard.yaml', 'mode: [')
  const { json, groups } = await explained(context, NOWHERE, project, INCIDENT, { exit: 78 })
  assert.equal(groups[0].object, EVENT)
  assert.match(json.message, /migration-guard\.yaml/)
  assert.equal(json.logs.errors, 1)
})

test('errors in the log while nothing is wrong now: 87', async (context) => {
  const { text, json } = await explained(context, await deployed(context, first(3)), exampleApp(context), INCIDENT, { exit: 87 })
  assert.equal(json.logs.errors, 1)
  assert.equal(json.logs.groups[0].first, '2025-11-10T03:51:27Z')
  assert.match(text, /is there now/)
})

test('the object that is named decides, not the model that was called', async (context) => {
  const database = await deployed(context, first(3))
  await database.query('ALTER TABLE "User" DROP COLUMN name; DROP TABLE "AnalyticsEvent"')
  const log = called('user.findMany', 'The table `public.AnalyticsEvent` does not exist in the current database.')
  const { groups } = await explained(context, database, exampleApp(context), log, { exit: 87 })
  assert.match(groups[0].cause, /^table public\.AnalyticsEvent: .*dropped since/)
})

test('a table that a localised server does not name is the one of the model', async (context) => {
  const database = await deployed(context, first(3))
  await database.query('ALTER TABLE "User" DROP COLUMN name; DROP TABLE "AnalyticsEvent"')
  const log = called('analyticsEvent.create', 'The table `(not available)` does not exist in the current database.')
  const { groups } = await explained(context, database, exampleApp(context), log, { exit: 87 })
  assert.match(groups[0].cause, /^table public\.AnalyticsEvent: /)
})

test('a text that is no UUID is no fault of the database', async (context) => {
  const log = raw('22P02', 'invalid input syntax for type uuid: "abc"')
  const { groups } = await explained(context, await deployed(context, first(3)), exampleApp(context), log, { exit: 0 })
  assert.equal(groups[0].cause, null)
})

test('an enum value that the database lacks', async (context) => {
  const project = exampleApp(context)
  project.write('prisma/schema.prisma', readFileSync(project.path('prisma/schema.prisma'), 'utf8').replace('  PURCHASE\n', '  PURCHASE\n  REFUND\n'))
  const log = called('analyticsEvent.create', 'Invalid input value: invalid input value for enum "EventKind": "REFUND"')
  const { groups } = await explained(context, await deployed(context, first(3)), project, log, { exit: 87 })
  assert.match(groups[0].cause, /enumValue public\.EventKind\.REFUND: none of the 3 bundled migrations creates it/)
})

test('a null that is refused: as schema.prisma says, and not', async (context) => {
  const database = await deployed(context, first(3))
  const project = exampleApp(context)
  const log = called('user.create', 'Null constraint violation on the fields: (`email`)')
  const { groups } = await explained(context, database, project, log, { exit: 0 })
  assert.match(groups[0].cause, /agree about it now/)
  await database.query('ALTER TABLE "User" ADD COLUMN phone text NOT NULL')
  const blocked = log.replace('email', 'phone')
  project.write('app.log', blocked)
  const { json } = await project.json(database.url(), ['diagnose', '--json', '--logs', 'app.log'])
  assert.match(json.logs.groups[0].cause, /public\.User\.phone: .*ALTER TABLE "public"\."User" ALTER COLUMN "phone" DROP NOT NULL/)
})

test('a right that is missing, with its GRANT', async (context) => {
  const log = raw('42501', 'permission denied for table User')
  const { groups } = await explained(context, await deployed(context, first(3)), exampleApp(context), log, { exit: 0 })
  assert.match(groups[0].next, /GRANT SELECT, INSERT, UPDATE, DELETE ON "public"\."User" TO /)
})

test('ignored by schema.prisma: no advice to migrate', async (context) => {
  const project = exampleApp(context, { models: 'model Old {\n  id Int @id\n\n  @@ignore\n}\n' })
  const log = raw('42P01', 'relation "Old" does not exist')
  const { groups } = await explained(context, await deployed(context, first(3)), project, log, { exit: 87 })
  assert.match(groups[0].cause, /schema\.prisma says that the client does not use it/)
  assert.doesNotMatch(groups[0].next, /guard migrate/)
})

/** Feeds `times` blocks of `block` and gives the peak resident memory (VmHWM) in KiB, read while it still runs. */
async function peakWhileReading(project, block, times) {
  const child = spawn(guardBinary, ['diagnose', '--json', '--wait-timeout', '200ms', '--logs', '-'],
    { cwd: project.directory, env: project.environment(NOWHERE), stdio: ['pipe', 'pipe', 'ignore'] })
  let json = ''
  child.stdout.setEncoding('utf8').on('data', (piece) => { json += piece })
  const closed = new Promise((resolve) => child.once('close', resolve))
  for (let i = 0; i < times; ++i)
    if (!child.stdin.write(block)) await new Promise((drained) => child.stdin.once('drain', drained))
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1])
  child.stdin.end()
  await closed
  return { peak, logs: JSON.parse(json).logs }
}

testOfResources('300 MB of log take no more memory than one', async (context) => {
  const project = exampleApp(context)
  // Ordinary lines, errors, each replica with a name of its own, and a line without an end in every block.
  const lines = []
  for (let i = 0; i < 20_000; ++i) lines.push(`app.${i % 400}.x${i} | 2025-11-10T03:51:27Z GET /events/${i} 200 ${i % 97} ms`)
  lines.splice(100, 0, INCIDENT.trimEnd(), called('user.findMany', 'The column `User.name` does not exist in the current database.'))
  const block = Buffer.from(`${lines.join('\n')}\n${'x'.repeat(200_000)}`)
  const few = await peakWhileReading(project, block, 3)
  const times = Math.ceil(300_000_000 / block.length)
  const many = await peakWhileReading(project, block, times)
  assert.equal(many.logs.bytes, times * block.length)
  assert.equal(many.logs.groups.length, few.logs.groups.length)
  assert.ok(many.logs.errors >= times, `${many.logs.errors} errors`)
  assert.ok(many.peak < 64 * 1024, `${many.peak} KiB`)
  assert.ok(many.peak < few.peak + 8 * 1024, `${few.peak} KiB for megabytes, ${many.peak} KiB for 300 MB`)
})

test('a log that is compressed, or UTF-16 as PowerShell writes it, is said to be so', async (context) => {
  const project = exampleApp(context, { migrations: first(2) })
  const utf16 = Buffer.from(`\ufeff${INCIDENT}`, 'utf16le')
  const kinds = [
    ["is UTF-16 (PowerShell's > writes that), and not UTF-8", 'convert it first: iconv -f UTF-16 -t UTF-8', [utf16, Buffer.from(utf16).swap16()]],
    ['is compressed (gzip)', 'unpack it first: zcat', [gzipSync(INCIDENT)]],
    ['is compressed (zstd)', 'unpack it first: zstdcat', [Buffer.from('28b52ffd00', 'hex')]],
  ]
  for (const [what, remedy, written] of kinds) {
    for (const input of written) {
      project.write('app.log', input)
      for (const [name, log, options] of [[' app.log', 'app.log', {}], ['', '-', { input }]]) {
        const refused = await project.guard(NOWHERE, ['diagnose', '--logs', log], options)
        assert.equal(refused.code, 64, refused.stdout)
        assert.ok(refused.said.includes(`cause="the log${name} ${what}" remedy="${remedy}${name} | migration-guard diagnose --logs -"`), refused.said)
      }
    }
  }
  project.write('app.log', `\ufeff${INCIDENT}`) // a mark of UTF-8 is none of the two
  assert.match((await project.guard(undefined, ['diagnose', '--logs', 'app.log'])).stdout, /AnalyticsEvent/)
})

test('a stop signal ends the reading of a log that does not end', async (context) => {
  const project = exampleApp(context)
  for (const log of ['-', '/dev/zero']) {
    const child = spawn(guardBinary, ['diagnose', '--logs', log], 
      { cwd: project.directory, env: project.environment(NOWHERE), stdio: ['pipe', 'ignore', 'ignore'] })
    const ended = once(child, 'close')
    await new Promise((wake) => setTimeout(wake, 300))
    child.kill('SIGINT')
    assert.deepEqual(await ended, [130, null])
  }
})
