// The log: one event a line, valid UTF-8, nothing that blanks a panel or fills it, never a password.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

import { guardBinary } from './harness/environment.mjs'
import { Project } from './harness/project.mjs'
import { deployed, report, test } from './harness/scenario.mjs'
import { ANALYTICS, first, modelsOf, scripts, shop } from './harness/shop.mjs'

const LONGEST = 8192

// A CLI that behaves as badly as output can, and then deploys.
const NOISY = `import { spawnSync } from 'node:child_process'
const { stdout, stderr, env, execPath } = process
for (const stream of [stdout, stderr]) {
  stream.write('x'.repeat(200_000) + '\\n')
  for (let i = 0; i < 2000; i++) stream.write('line ' + i + ' of many, so that a pipe nobody reads would be full\\n')
  stream.write(Buffer.from([0x66, 0xff, 0xfe, 0x00, 0x6f, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0x72, 0x0a]))
  stream.write('half a ye\\u00e9'.repeat(1000) + '\\r\\n')
  stream.write('connecting to ' + env.DATABASE_URL + '\\n')
  stream.write('the same, encoded: ' + encodeURIComponent(env.DATABASE_URL) + '\\n')
  stream.write('without an end')
}
const { status } = spawnSync(execPath, ['node_modules/prisma/build/index.js', 'migrate', 'deploy'], { stdio: 'inherit' })
process.exitCode = status
`

async function noisy(context, ...options) {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  project.write('noisy.mjs', NOISY)
  const command = JSON.stringify([process.execPath, project.path('noisy.mjs')])
  const env = project.environment(database.url())
  // The bytes themselves: a decoder would hide what is not UTF-8.
  const result = spawnSync(guardBinary, ['--prisma-command', command, ...options, '--', report],
    { cwd: project.directory, env, maxBuffer: 1 << 28 })
  assert.equal(result.status, 0, result.stderr.toString().slice(-2000))
  return { bytes: result.stderr, password: new URL(database.url()).password }
}

function assertClean({ bytes, password }) {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f]/, 'a control character')
  assert.equal(text.includes(password), false, 'the password')
  const lines = text.trimEnd().split('\n')
  for (const line of lines) assert.ok(Buffer.byteLength(line) <= LONGEST, `${Buffer.byteLength(line)} bytes in a line`)
  return lines
}

test('the worst output of a CLI becomes clean lines', async (context) => {
  const lines = assertClean(await noisy(context))
  for (const line of lines) assert.match(line, /^migration-guard phase=\w+ /)
  assert.ok(lines.some((line) => line.includes('line 1999 of many')))
  assert.ok(lines.some((line) => line.includes('without an end')))
})

test('as JSON, one object a line', async (context) => {
  const lines = assertClean(await noisy(context, '--log-format', 'json'))
  const events = lines.map((line) => JSON.parse(line))
  for (const event of events) assert.equal(typeof event.phase, 'string')
  assert.ok(events.some((event) => JSON.stringify(event).includes('line 1999 of many')))
})

test('the last line of a refusal is JSON too, with code and remedy', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const { code, lines } = await project.guard(database.url(), ['--apply', 'never', '--log-format', 'json', '--', report])
  assert.equal(code, 80)
  const last = JSON.parse(lines.at(-1))
  assert.equal(Number(last.code), 80)
  assert.equal(last.name, 'migrations_pending')
  assert.match(last.remedy, /migration-guard migrate/)
})

test('the start line says who goes where, and no password', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const { lines } = await project.guard(database.url(), ['--apply', 'native', '--', report])
  const { hostname, port, password } = new URL(database.url())
  for (const part of ['mode=enforce', 'apply=native', 'user=postgres', `host=${hostname}`, `port=${port}`,
    `database=${database.name}`, 'schema=public']) assert.ok(lines[0].includes(part), part)
  assert.equal(lines.join('\n').includes(password), false)
})

for (const apply of ['prisma', 'native'])
  test(`a migration that waits for a lock: who blocks it is said (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, { migrations: { ...first(2), [ANALYTICS]: `ALTER TABLE "User" ADD COLUMN "name" TEXT;\n${scripts[ANALYTICS]}` }, models: modelsOf(3) })
    const blocker = await database.session(context)
    await blocker.query("SET application_name = 'nightly report'")
    await blocker.query('BEGIN')
    await blocker.query('SELECT * FROM "User"')
    const guard = project.startGuard(context, database.url(), ['--apply', apply, '--', report])
    await guard.seen(/nightly report/)
    await blocker.query('COMMIT')
    const { code, stderr } = await guard.ended
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stderr, /SELECT \* FROM/, 'a query may hold data: not at this level')
  })

for (const apply of ['prisma', 'native'])
  test(`long work reports progress (${apply})`, async (context) => {
    const database = await deployed(context, first(1))
    const project = Project.create(context, { migrations: { ...first(2), [ANALYTICS]: `SELECT pg_sleep(12);\n${scripts[ANALYTICS]}` }, models: modelsOf(3) })
    const { code, lines } = await project.guard(database.url(), ['--apply', apply, '--', report])
    assert.equal(code, 0, lines.join('\n'))
    assert.ok(lines.some((line) => line.includes(ANALYTICS) && /progress="2 of 2" elapsed=1\ds/.test(line)), lines.join('\n'))
  })

test('a probe that cannot ask the app: run warns, probe says the same', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  for (const [env, words] of [
    [{ MIGRATION_GUARD_PROBE_PATH: '/healthz' }, 'probePath /healthz is not asked, since no port is known: set PORT or probePort'],
    [{ PORT: 'http' }, 'PORT "http" is no port (1 to 65535), so the app is not asked: correct it, or set probePort'],
  ]) {
    const { code, lines } = await project.guard(database.url(), ['--', report], { env })
    assert.equal(code, 0, lines.join('\n'))
    assert.ok(lines.some((line) => line.includes('level=warn') && line.includes(words.replaceAll('"', '\\"'))), lines.join('\n'))
    const probe = await project.guard(database.url(), ['probe'], { env })
    assert.equal(probe.code, 0, 'the guard has passed')
    assert.ok(probe.stdout.includes(words), probe.stdout)
  }
  const known = await project.guard(database.url(), ['--', report], { env: { PORT: '3000', MIGRATION_GUARD_PROBE_PATH: '/' } })
  assert.equal(known.lines.length, 1, known.stderr)
})
