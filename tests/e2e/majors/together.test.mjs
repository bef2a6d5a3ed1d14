// More than one at the same database: turns, Prisma's own lock, rollbacks that must not wait.
import assert from 'node:assert/strict'

import { until } from '../harness/processes.mjs'
import { Project } from '../harness/project.mjs'
import { assertAsTheCliAlone, deployed, report, started, test } from '../harness/scenario.mjs'
import { Database } from '../harness/database.mjs'
import { ANALYTICS, INIT, TAGS, first, modelsOf, scripts, shop } from '../harness/shop.mjs'

const PRISMA_LOCK = 'SELECT pg_advisory_lock(72707369)'

const names = async (database) => (await database.ledger()).map((row) => row.migration_name)

for (const apply of ['prisma', 'native'])
  test(`three replicas at once: each migration once, every app starts (${apply})`, async (context) => {
    const database = await Database.create(context)
    const project = Project.create(context, { ...shop(), migrations: { ...shop().migrations, [TAGS]: `SELECT pg_sleep(0.5);\n${scripts[TAGS]}` } })
    const results = await Promise.all([1, 2, 3].map(() => project.guard(database.url(), ['--apply', apply, '--', report])))
    for (const result of results) assert.ok(started(result), result.stderr)
    assert.deepEqual(await names(database), [INIT, TAGS, ANALYTICS])
    await assertAsTheCliAlone(context, project, database)
  })

test('the CLI and a native guard at once: each migration once', async (context) => {
  const database = await Database.create(context)
  const project = Project.create(context, { ...shop(), migrations: { ...shop().migrations, [TAGS]: `SELECT pg_sleep(0.5);\n${scripts[TAGS]}` } })
  const [guard, cli] = await Promise.all([
    project.guard(database.url(), ['--apply', 'native', '--', report]),
    project.prisma(database.url(), 'migrate', 'deploy'),
  ])
  assert.ok(started(guard), guard.stderr)
  assert.equal(cli.code, 0, cli.stderr)
  assert.deepEqual(await names(database), [INIT, TAGS, ANALYTICS])
  await assertAsTheCliAlone(context, project, database)
})

for (const apply of ['prisma', 'native']) {
  test(`Prisma's lock held by someone else for turnTimeout: 75 (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, shop())
    await (await database.session(context)).query(PRISMA_LOCK)
    const result = await project.guard(database.url(), ['--apply', apply, '--turn-timeout', '2s', '--', report])
    assert.equal(result.code, 75, result.stderr)
    assert.ok(result.ms < 8000, `took ${result.ms} ms`)
    assert.equal((await database.ledger()).length, 2)
  })

  test(`Prisma's lock given up in time: it goes on (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, shop())
    const holder = await database.session(context)
    await holder.query(PRISMA_LOCK)
    const guard = project.startGuard(context, database.url(), ['--apply', apply, '--turn-timeout', '30s', '--', report])
    await guard.seen(/turn|lock|migrat/i)
    setTimeout(() => holder.query('SELECT pg_advisory_unlock(72707369)'), 1000)
    const result = await guard.ended
    assert.ok(started(result), result.stderr)
    await assertAsTheCliAlone(context, project, database)
  })
}

test('nothing pending waits for nobody', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  await (await database.session(context)).query(PRISMA_LOCK)
  const result = await project.guard(database.url(), ['--', report])
  assert.ok(started(result), result.stderr)
  assert.ok(result.ms < 3000, `took ${result.ms} ms`)
})

test('an older image starts while a newer release migrates', async (context) => {
  const database = await deployed(context, first(2))
  const older = Project.create(context, shop(2))
  const newer = Project.create(context, { migrations: { ...first(2), [ANALYTICS]: `SELECT pg_sleep(3);\n${scripts[ANALYTICS]}` }, models: modelsOf(3) })
  const migrating = newer.startGuard(context, database.url(), ['--apply', 'native', '--', report])
  await until(async () => (await database.ledger()).length === 3, 'the newer release has begun')
  const result = await older.guard(database.url(), ['--', report])
  assert.ok(started(result), result.stderr)
  assert.ok(started(await migrating.ended))
})

test('a killed guard leaves the turn to the next at once', async (context) => {
  const database = await deployed(context, first(2))
  const slow = Project.create(context, { migrations: { ...first(2), [ANALYTICS]: `SELECT pg_sleep(20);\n${scripts[ANALYTICS]}` }, models: modelsOf(3) })
  const killed = slow.startGuard(context, database.url(), ['--apply', 'native', '--', report])
  await until(async () => (await database.ledger()).length === 3, 'it has begun')
  killed.kill('SIGKILL')
  await killed.ended
  const result = await slow.guard(database.url(), ['--turn-timeout', '30s', '--', report])
  assert.equal(result.code, 81, result.stderr)
})

const WITHOUT_LOCK = { PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK: '1' }
const slow = (seconds) => ({ migrations: { ...first(2), [ANALYTICS]: `SELECT pg_sleep(${seconds});\n${scripts[ANALYTICS]}` }, models: modelsOf(3) })

test("Prisma's lock switched off: a second replica waits for the turn, and does not call the migration failed", async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, slow(3))
  const one = project.startGuard(context, database.url(), ['--', report], { env: WITHOUT_LOCK })
  await until(async () => (await database.ledger()).length === 3, 'the first has begun', 20_000)
  const other = await project.guard(database.url(), ['--', report], { env: WITHOUT_LOCK })
  assert.ok(started(other), other.stderr)
  assert.ok(started(await one.ended))
  assert.deepEqual(await names(database), [INIT, TAGS, ANALYTICS])
})

test("Prisma's lock switched off: a stop still cancels the migration on the server", async (context) => {
  const database = await deployed(context, first(2))
  const guard = Project.create(context, slow(30)).startGuard(context, database.url(), ['--stop-timeout', '1s', '--', report], { env: WITHOUT_LOCK })
  await until(async () => (await database.ledger()).length === 3, 'it has begun', 20_000)
  guard.kill('SIGTERM')
  const { code, stderr } = await guard.ended
  assert.equal(code, 143, stderr)
  assert.match(stderr, /was cancelled on the server and stands failed" remedy="repair the cause/)
  const active = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT pg_sleep(30)%'"
  assert.deepEqual(await database.query(active), [])
})

test("applyTimeout ends the guard's own migration, never somebody else's", async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const guard = project.startGuard(context, database.url(),
    ['--prisma-command', '["sh", "-c", "sleep 60"]', '--apply-timeout', '3s', '--', report])
  await guard.seen(/applying pending migrations/)
  const stranger = await database.session(context)
  await stranger.query(PRISMA_LOCK)
  const migration = stranger.query('SELECT pg_sleep(6)')
  const { code, stderr } = await guard.ended
  assert.equal(code, 85, stderr)
  await migration // rejects when it was cancelled
})
