// mode, apply and the subcommands around run: what each does, and above all what it does not do.
import assert from 'node:assert/strict'

import { Database } from './harness/database.mjs'
import { guardBinary, testOfResources } from './harness/environment.mjs'
import { finish } from './harness/processes.mjs'
import { Project } from './harness/project.mjs'
import { deployed, report, started, test } from './harness/scenario.mjs'
import { ANALYTICS, first, modelsOf, scripts, shop } from './harness/shop.mjs'

test('observe: says what it would have done, writes nothing, starts the app', async (context) => {
  const database = await deployed(context, first(2))
  await database.query('DROP TABLE "User"')
  const project = Project.create(context, shop(2))
  const result = await project.guard(database.url(), ['--mode', 'observe', '--', report])
  assert.ok(started(result), result.stderr)
  assert.match(result.said, /would exit 87 schema_mismatch/)
})

test('observe: starts the app without a database too', async (context) => {
  const project = Project.create(context, shop())
  const result = await project.guard('postgresql://app:secret@127.0.0.1:1/app',
    ['--mode', 'observe', '--wait-timeout', '300ms', '--', report])
  assert.ok(started(result), result.stderr)
  assert.match(result.said, /would exit 69/)
})

test('observe: of a database that createDatabase would create it says what enforce would do', async (context) => {
  const project = Project.create(context, shop())
  const url = (await Database.create(context)).url().replace(/t_(?=[0-9a-f]+$)/, 'not_there_')
  const observed = (...args) => project.guard(url, ['--mode', 'observe', '--create-database', ...args, '--', report])
  const result = await observed()
  assert.ok(started(result), result.stderr)
  assert.match(result.said, /database "not_there_\w+" does not exist and would be created \(createDatabase: true\)/)
  assert.match(result.said, /observe: would apply what is pending, then start the app: 20250901080000_init/)
  assert.match((await observed('--apply', 'never')).said, /observe: would exit 80 migrations_pending/)
  assert.match((await observed('--on-empty-database', 'fail')).said, /observe: would exit 82 history_refused/)
  assert.match((await project.guard(url, ['--mode', 'observe', '--', report])).said, /observe: would exit 77 database_refused: 3D000/)
  assert.equal((await project.guard(url, ['check', '--before-deploy', '--create-database'])).code, 0)
  const forgotten = Project.create(context, { migrations: first(2), models: modelsOf(3) })
  const lacking = await forgotten.guard(url, ['--mode', 'observe', '--create-database', '--', report])
  assert.match(lacking.said, /observe: would exit 87 schema_mismatch: .*AnalyticsEvent does not exist/)
  assert.equal((await forgotten.guard(url, ['check', '--before-deploy', '--create-database'])).code, 87)
  assert.equal((await project.guard(url, ['check', '--create-database'])).code, 77)
})

test('observe: with apply: wait it says that it would wait, not that it would apply', async (context) => {
  const database = await deployed(context, first(2))
  const result = await Project.create(context, shop()).guard(database.url(), ['--mode', 'observe', '--apply', 'wait', '--', report])
  assert.ok(started(result), result.stderr)
  assert.match(result.said, /would wait for somebody else to apply what is pending \(apply: wait\): 20251103091000_add_analytics/)
  assert.doesNotMatch(result.said, /would apply/)
})

test('observe: a COMMAND that is a shell is warned about here too', async (context) => {
  const database = await deployed(context, first(3))
  const result = await Project.create(context, shop()).guard(database.url(), ['--mode', 'observe', '--', 'sh', '-c', 'exit 7'])
  assert.equal(result.code, 7, result.stderr)
  assert.match(result.said, /COMMAND is a shell: SIGTERM will not reach the app/)
})

// A schema larger than the memory there is: nothing that the guard expects.
testOfResources('observe: a fault of the guard\'s own does not keep the app from starting', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  project.models(`${modelsOf(3)}\n${'// much\n'.repeat(3 << 19)}`)
  const result = await finish(['sh', '-c', `ulimit -d ${12 << 10}; exec "$@"`, 'sh', guardBinary, '--mode', 'observe', '--', '/bin/echo', 'STARTED'],
    { cwd: project.directory, env: project.environment(database.url()) })
  assert.equal(result.stdout, 'STARTED\n', result.stderr)
  assert.match(result.said, /would exit 70 internal/)
})

test('off: execs at once, with one warning', async (context) => {
  const project = Project.create(context, shop())
  const result = await project.guard('postgresql://app:secret@127.0.0.1:1/app', ['--mode', 'off', '--', report])
  assert.ok(started(result), result.stderr)
  assert.equal(result.lines.length, 1)
})

test('nothing pending is one line', async (context) => {
  const project = Project.create(context, shop())
  const database = await deployed(context, first(3))
  const result = await project.guard(database.url(), ['--', report])
  assert.ok(started(result), result.stderr)
  assert.equal(result.lines.length, 1, result.stderr)
  for (const key of ['mode=', 'apply=', 'config=', 'user=', 'host=', 'port=', 'database=', 'schema='])
    assert.ok(result.lines[0].includes(key), key)
})

test('COMMAND that is this binary with another subcommand is exec\'d at once', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const result = await project.guard(database.url(), ['--', guardBinary, 'check'])
  assert.equal(result.code, 80)
  assert.equal(await database.relationExists('"AnalyticsEvent"'), false)
})

test('apply: wait leaves it to somebody else, and goes on when it is done', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const waiting = project.startGuard(context, database.url(), ['--apply', 'wait', '--', report])
  await waiting.seen(/waiting for somebody else/)
  assert.equal((await project.guard(database.url(), ['migrate', '--apply', 'native'])).code, 0)
  const result = await waiting.ended
  assert.ok(started(result), result.stderr)
})

test('apply: wait ends with 80 after turnTimeout', async (context) => {
  const database = await deployed(context, first(2))
  const result = await Project.create(context, shop()).guard(database.url(),
    ['--apply', 'wait', '--turn-timeout', '1s', '--', report])
  assert.equal(result.code, 80)
})

for (const apply of ['never', 'wait'])
  test(`apply: ${apply} holds for migrate as well, and its remedy is one that works`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, shop())
    const env = { MIGRATION_GUARD_APPLY: apply, MIGRATION_GUARD_TURN_TIMEOUT: '1s' }
    for (const args of [['check'], ['migrate']]) {
      const refused = await project.guard(database.url(), args, { env })
      assert.equal(refused.code, 80)
      assert.match(refused.said, /with: migration-guard migrate --apply prisma \(or --apply native;/)
    }
    const told = await project.guard(database.url(), ['diagnose'], { env })
    assert.match(told.stdout, /next: migration-guard migrate --apply prisma/)
    assert.equal((await project.guard(database.url(), ['migrate', '--apply', 'native'], { env })).code, 0)
  })

test('check --before-deploy: pending is fine, what no migration creates is not', async (context) => {
  const database = await deployed(context, first(2))
  assert.equal((await Project.create(context, shop()).guard(database.url(), ['check', '--before-deploy'])).code, 0)
  const forgotten = Project.create(context, { migrations: first(2), models: modelsOf(3) })
  assert.equal((await forgotten.guard(database.url(), ['check', '--before-deploy'])).code, 87)
})

test('check --no-database: the image alone', async (context) => {
  const whole = Project.create(context, shop())
  assert.equal((await whole.guard(undefined, ['check', '--no-database'])).code, 0)
  const forgotten = Project.create(context, { migrations: first(2), models: modelsOf(3) })
  const result = await forgotten.guard(undefined, ['check', '--no-database'])
  assert.equal(result.code, 87)
  assert.match(result.said, /created by no bundled migration: table public\.AnalyticsEvent/)
})

test('87 comes before the apply when no pending script can create the missing object', async (context) => {
  const database = await deployed(context, first(1))
  const project = Project.create(context, { migrations: first(2), models: modelsOf(3) })
  const result = await project.guard(database.url(), ['--apply', 'native', '--', report])
  assert.equal(result.code, 87)
  assert.equal(await database.relationExists('"Tag"'), false)
})

test('an older image under a newer release\'s failed row starts, and says so', async (context) => {
  const database = await deployed(context, first(3))
  await database.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, logs)
    VALUES (gen_random_uuid()::text, 'x', '20270101000000_next', 'ERROR: it went wrong')`)
  const result = await Project.create(context, shop()).guard(database.url(), ['--', report])
  assert.ok(started(result), result.stderr)
  assert.match(result.said, /20270101000000_next.*it went wrong/)
})

test('migrate is an order: it says that mode does not hold it back', async (context) => {
  const database = await deployed(context, first(2))
  const result = await Project.create(context, shop()).guard(database.url(), ['migrate', '--mode', 'observe'])
  assert.equal(result.code, 0, result.stderr)
  assert.match(result.stderr, /level=warn msg="mode is for run alone: migrate applies what is pending/)
  assert.equal((await database.ledger()).length, 3)
})

test('wait needs no project', async (context) => {
  const database = await Database.create(context)
  const project = Project.create(context, {})
  const result = await project.guard(database.url(), ['wait'], { cwd: '/' })
  assert.equal(result.code, 0, result.stderr)
})

test('wait needs a URL and nothing else: a bundle that is no good does not matter to it', async (context) => {
  const database = await Database.create(context)
  const empty = Project.create(context, {})
  const foreign = Project.create(context, shop())
  foreign.write('prisma/migrations/migration_lock.toml', 'provider = "mysql"\n')
  for (const [project, ...args] of [[empty], [foreign], [Project.create(context, shop()), '--smoke-dir', 'nosuch']]) {
    const result = await project.guard(database.url(), ['wait', ...args])
    assert.equal(result.code, 0, result.stderr)
  }
})

test('failureCommand gets the verdict\'s JSON', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const result = await project.guard(database.url(),
    ['--apply', 'never', '--failure-command', JSON.stringify(['tee', 'verdict.json']), '--', report])
  assert.equal(result.code, 80)
  const { readFileSync } = await import('node:fs')
  assert.equal(JSON.parse(readFileSync(project.path('verdict.json'), 'utf8')).verdict, 'migrations_pending')
})

test('a smoke check that fails is 88, and leaves nothing', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  project.write('prisma/smoke/track.sql', 'INSERT INTO "AnalyticsEvent" (kind) VALUES (\'smoke\') RETURNING true')
  assert.equal((await project.guard(database.url(), ['migrate'])).code, 0)
  assert.equal((await database.query('SELECT * FROM "AnalyticsEvent"')).length, 0)
  project.write('prisma/smoke/broken.sql', 'SELECT false')
  const result = await project.guard(database.url(), ['migrate'])
  assert.equal(result.code, 88)
  assert.match(result.said, /broken\.sql/)
})

// A stack larger than the address space: pthread_create() says EAGAIN as it does at a limit of processes, which root is not
// subject to.
test('a kernel that refuses threads does not keep the app from starting', async (context) => {
  const database = await deployed(context, first(2))
  const run = (project, args) => finish(['sh', '-c', 'ulimit -s 100000000000; exec "$@"', 'sh', guardBinary, ...args],
    { cwd: project.directory, env: project.environment(database.url()) })
  const matches = await run(Project.create(context, shop(2)), ['--', '/bin/echo', 'STARTED'])
  assert.equal(matches.stdout, 'STARTED\n', matches.stderr)
  const pending = await run(Project.create(context, shop()), ['--apply', 'native', '--', '/bin/echo', 'STARTED'])
  assert.equal(pending.code, 71, pending.stderr)
  assert.match(pending.lines.at(-1), /cause=".*thread.*" remedy="raise the limit of processes and threads \(docker --pids-limit/)
})
