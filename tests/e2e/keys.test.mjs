// Keys that no other scenario turns: each has its effect in the binary, not only in the table of options.
import assert from 'node:assert/strict'
import { chmodSync, readFileSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs'

import { guardBinary } from './harness/environment.mjs'
import { finish } from './harness/processes.mjs'
import { Project } from './harness/project.mjs'
import { deployed, report, started, test } from './harness/scenario.mjs'
import { Database } from './harness/database.mjs'
import { ANALYTICS, first, modelsOf, scripts, shop } from './harness/shop.mjs'

async function matching(context) {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  return { database, project, run: (...args) => project.guard(database.url(), args) }
}

test('smokeWhen: with applied a start that applies nothing runs no check, with always it does', async (context) => {
  const { project, run } = await matching(context)
  project.write('prisma/smoke/no.sql', 'SELECT false')
  assert.ok(started(await run('--', report)))
  const always = await run('--smoke-when', 'always', '--', report)
  assert.equal(always.code, 88, always.stderr)
})

test('smokeDir names another folder; one that is not there is 78', async (context) => {
  const { project, run } = await matching(context)
  project.write('checks/no.sql', 'SELECT false')
  const other = await run('migrate', '--smoke-dir', 'checks')
  assert.equal(other.code, 88, other.stderr)
  const missing = await run('migrate', '--smoke-dir', 'nosuch')
  assert.equal(missing.code, 78, missing.stderr)
  assert.match(missing.lines.at(-1), /smokeDir .*nosuch is not a directory/)
})

test('smoke checks that this user may not list are no smoke checks that passed', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  project.write('prisma/smoke/a.sql', 'SELECT false')
  chmodSync(project.directory, 0o755)
  chmodSync(project.path('prisma/smoke'), 0)
  const user = process.getuid() === 0 ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'] : []
  const result = await finish([...user, guardBinary, 'migrate'], { cwd: project.directory, env: project.environment(database.url()) })
  chmodSync(project.path('prisma/smoke'), 0o755)
  assert.equal(result.code, 66, result.stderr)
  assert.match(result.lines.at(-1), /cannot list the smoke checks in \S+\/prisma\/smoke: Permission denied/)
})

test('a smoke check that cannot be read is told at once, however large it says it is', async (context) => {
  const project = Project.create(context, shop())
  project.write('prisma/smoke/a.sql', '')
  const refused = async (why) => {
    const result = await project.guard('postgresql://app:secret@127.0.0.1:1/app', ['check'])
    assert.equal(result.code, 66, result.stderr)
    assert.match(result.lines.at(-1), why)
    assert.ok(result.ms < 5000, `${result.ms} ms`)
  }
  truncateSync(project.path('prisma/smoke/a.sql'), 2 ** 34)
  await refused(/cannot read the smoke check \S+a\.sql: larger than 1 MiB/)
  unlinkSync(project.path('prisma/smoke/a.sql'))
  symlinkSync('nowhere', project.path('prisma/smoke/a.sql'))
  await refused(/cannot read the smoke check \S+a\.sql: no such file/)
})

test('smokeTimeout ends a check that takes longer', async (context) => {
  const { project, run } = await matching(context)
  project.write('prisma/smoke/slow.sql', 'SELECT pg_sleep(30) IS NOT NULL')
  const result = await run('migrate', '--smoke-timeout', '300ms')
  assert.equal(result.code, 88, result.stderr)
  assert.match(result.lines.at(-1), /57014 canceling statement due to statement timeout/)
  assert.ok(result.ms < 10_000, `${result.ms} ms`)
})

test('migrationOrder decides what is applied first', async (context) => {
  for (const [order, expected] of [['bytewise', ['Beta', 'alpha']], ['locale', ['alpha', 'Beta']]]) {
    const database = await Database.create(context)
    const project = Project.create(context, { migrations: { Beta: 'SELECT 1;\n', alpha: 'SELECT 2;\n' }, cli: false })
    const result = await project.guard(database.url(), ['--apply', 'native', '--migration-order', order, '--', report])
    assert.ok(started(result), result.stderr)
    assert.deepEqual((await database.ledger()).map((row) => row.migration_name), expected)
    assert.match(result.stderr, /kind=orderDisputed/, 'a set whose order differs between the two is named')
  }
})

test('logLevel: error leaves a good start without a line, debug keeps it', async (context) => {
  const { run } = await matching(context)
  assert.deepEqual((await run('--log-level', 'error', '--', report)).lines, [])
  assert.match((await run('--log-level', 'debug', '--', report)).stderr, /phase=ready/)
})

test('stateFile: run writes it there, and probe reads it there', async (context) => {
  const { project, run } = await matching(context)
  const result = await run('--state-file', project.path('elsewhere'), '--', report)
  assert.ok(started(result), result.stderr)
  assert.match(readFileSync(project.path('elsewhere'), 'utf8'), /^phase passed$/m)
})

test('init: the guard stays as parent and passes the status on', async (context) => {
  const { run } = await matching(context)
  const result = await run('--init', '--', 'sh', '-c', 'echo $PPID $$; exit 7')
  assert.equal(result.code, 7, result.stderr)
  const [parent, own] = result.stdout.trim().split(' ')
  const plain = await run('--', 'sh', '-c', 'echo $PPID $$; exit 7')
  assert.equal(plain.stdout.split(' ')[0], String(process.pid), "exec: the guard's own place")
  assert.notEqual(parent, String(process.pid))
  assert.notEqual(parent, own)
})

for (const [key, make] of [
  ['on-collision', async (context) => {
    const database = await deployed(context, first(2))
    await database.query('CREATE TABLE "AnalyticsEvent" (id bigint)')
    const migrations = { ...first(2), [ANALYTICS]: scripts[ANALYTICS].replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS') +
      'CREATE TABLE "AnalyticsEvent" ();\n' }
    return { database, project: Project.create(context, { migrations, models: modelsOf(2) }), after: 84 }
  }],
  ['on-schema-mismatch', async (context) => ({ database: await deployed(context, first(2)),
    project: Project.create(context, { migrations: first(2), models: modelsOf(3) }), after: 0 })],
])
  test(`--${key}: fail stops it, warn says it, ignore does not`, async (context) => {
    const codes = { 'on-collision': 82, 'on-schema-mismatch': 87 }
    const { database, project, after } = await make(context)
    const told = /AnalyticsEvent.*kind=(collides|missing)/
    const run = (policy) => project.guard(database.url(), ['--apply', 'native', `--${key}`, policy, '--', report])
    assert.equal((await run('fail')).code, codes[key])
    for (const [policy, says] of [['warn', true], ['ignore', false]]) {
      const result = await run(policy)
      assert.equal(result.code, after, result.stderr)
      assert.equal(told.test(result.said), says, result.stderr)
      await database.query('UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL')
    }
  })

test('deadline holds over everything: a turn that never comes, a wait that may last longer', async (context) => {
  const database = await deployed(context, first(2))
  const session = await database.session(context)
  await session.query('SELECT pg_advisory_lock(72707369)')
  const project = Project.create(context, shop())
  for (const [url, code] of [[database.url(), 75], ['postgresql://app:secret@127.0.0.1:1/app', 69]]) {
    const result = await project.guard(url, ['--deadline', '2s', '--wait-timeout', '60s', '--turn-timeout', '60s', '--', report])
    assert.equal(result.code, code, result.stderr)
    assert.ok(result.ms < 8000, `${result.ms} ms`)
  }
})

test('failureDelay: ten seconds for run without a terminal, said in the line; none for the others', async (context) => {
  const { database, project } = await matching(context)
  const env = { MIGRATION_GUARD_FAILURE_DELAY: undefined }
  const guard = project.startGuard(context, database.url(), ['--', 'nosuch-program'], { env })
  await guard.seen(/code=127 .*lingers=10s/)
  guard.kill('SIGTERM')
  assert.equal((await guard.ended).code, 127)
  const check = await project.guard('postgresql://app:secret@127.0.0.1:1/app', ['check', '--wait-timeout', '300ms'], { env })
  assert.equal(check.code, 69, check.stderr)
  assert.doesNotMatch(check.stderr, /lingers/)
  assert.ok(check.ms < 5000, `${check.ms} ms`)
})
