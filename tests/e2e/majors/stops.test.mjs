// Ends that nobody planned: stop signals and applyTimeout with each major, SIGKILL of the guard at each step, and an index
// that waits for everybody else's transactions.
import assert from 'node:assert/strict'

import { until } from '../harness/processes.mjs'
import { Project } from '../harness/project.mjs'
import { deployed, report, started, test } from '../harness/scenario.mjs'
import { ANALYTICS, first, modelsOf, scripts, shop } from '../harness/shop.mjs'

const slow = (seconds) => ({ migrations: { ...first(2), [ANALYTICS]: `SELECT pg_sleep(${seconds});\n${scripts[ANALYTICS]}` }, models: modelsOf(3) })
const begun = (database) => until(async () => (await database.ledger()).length === 3, 'the third migration has begun', 20_000)
const others = (database, condition) => database.query(`SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`)
const busy = async (database) => (await others(database, "state <> 'idle' AND query LIKE '%pg_sleep%'")).length
const last = async (database) => (await database.ledger()).at(-1)

for (const apply of ['prisma', 'native']) {
  test(`SIGTERM during a migration longer than stopTimeout: 143, cancelled on the server (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, slow(30))
    const guard = project.startGuard(context, database.url(), ['--apply', apply, '--stop-timeout', '1s', '--', report])
    await begun(database)
    const sent = performance.now()
    guard.kill('SIGTERM')
    const { code, stderr, ms } = await guard.ended
    assert.equal(code, 143, stderr)
    assert.ok(guard.began + ms - sent < 10_000, 'bounded')
    assert.equal(await busy(database), 0, 'nothing runs on at the server')
    assert.match(stderr, new RegExp(ANALYTICS), 'the message says where it was stopped')
    const row = await last(database)
    assert.equal(row.finished_at, null)
    assert.equal(row.rolled_back_at !== null, apply === 'native', 'only a confirmed native cancel is marked rolled back')
    assert.equal(await database.relationExists('"AnalyticsEvent"'), false)
    if (apply === 'native') {
      const again = await Project.create(context, slow(0)).guard(database.url(), ['--apply', 'native', '--', report])
      assert.ok(started(again), 'what was rolled back is applied by the next start: ' + again.stderr)
    }
  })

  test(`SIGTERM during a migration that ends within stopTimeout: 143, completed (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, slow(2))
    const guard = project.startGuard(context, database.url(), ['--apply', apply, '--stop-timeout', '20s', '--', report])
    await begun(database)
    guard.kill('SIGTERM')
    const { code, stdout, stderr } = await guard.ended
    assert.equal(code, 143, stderr)
    assert.equal(stdout, '', 'the app was not started')
    assert.ok((await last(database)).finished_at)
  })

  test(`applyTimeout: 85, nothing runs on (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, slow(30))
    const result = await project.guard(database.url(), ['--apply', apply, '--apply-timeout', '8s', '--', report])
    assert.equal(result.code, 85, result.stderr)
    assert.equal(await busy(database), 0)
    const row = await last(database)
    assert.equal(row.migration_name, ANALYTICS, 'eight seconds were enough to begin')
    assert.equal(row.finished_at, null)
  })

  test(`SIGKILL of the guard between a script and its bookkeeping: 81 with the way out (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, slow(2))
    const guard = project.startGuard(context, database.url(), ['--apply', apply, '--', report])
    await begun(database)
    const holder = await database.session(context)
    await holder.query('BEGIN')
    await holder.query('LOCK TABLE _prisma_migrations IN SHARE MODE')
    const waiting = () => others(database, "wait_event_type = 'Lock' AND query LIKE 'UPDATE%_prisma_migrations%'")
    await until(async () => (await waiting()).length > 0, 'the script is through and its row waits')
    assert.equal(await database.relationExists('"AnalyticsEvent"'), true)
    guard.kill('SIGKILL')
    await guard.ended
    for (const { pid } of await waiting()) await database.query('SELECT pg_terminate_backend($1)', [pid])
    await holder.query('COMMIT')
    await until(async () => (await waiting()).length === 0, 'the session is gone')

    const next = await project.guard(database.url(), ['--apply', apply, '--turn-timeout', '30s', '--', report])
    assert.equal(next.code, 81, next.stderr)
    assert.match(next.said, new RegExp(`migration-guard resolve --rolled-back ${ANALYTICS}.*--applied instead`))
    assert.equal((await project.guard(database.url(), ['resolve', '--applied', ANALYTICS])).code, 0)
    const after = await project.guard(database.url(), ['--apply', apply, '--', report])
    assert.ok(started(after), after.stderr)
  })
}

test('SIGKILL of the guard while the CLI migrates: the next start waits for it and goes on', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, slow(4))
  const guard = project.startGuard(context, database.url(), ['--', report])
  await begun(database)
  guard.kill('SIGKILL')
  await guard.ended
  const next = await project.guard(database.url(), ['--turn-timeout', '40s', '--', report])
  assert.ok(started(next), next.stderr)
  const rows = await database.ledger()
  assert.equal(rows.length, 3, 'not applied a second time')
  assert.ok(rows.at(-1).finished_at)
})

test('SIGKILL of the guard while the CLI starts: the next start applies', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const guard = project.startGuard(context, database.url(), ['--', report])
  await guard.seen(/phase=prisma .*running/)
  guard.kill('SIGKILL')
  await guard.ended
  const next = await project.guard(database.url(), ['--turn-timeout', '40s', '--', report])
  assert.ok(started(next), next.stderr)
  assert.equal((await database.ledger()).filter((row) => row.finished_at).length, 3)
})

for (const apply of ['prisma', 'native'])
  test(`CREATE INDEX CONCURRENTLY with two replicas: the one that waits is in nobody's way (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const migrations = { ...first(2), '20251103000000_index': 'CREATE INDEX CONCURRENTLY "User_email_idx" ON "User"("email");\n' }
    const project = Project.create(context, { migrations, models: modelsOf(2) })
    // It waits for this transaction, so that the second replica comes while the index is being made.
    const old = await database.session(context)
    await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await old.query('SELECT count(*) FROM "User"')
    const replicas = [1, 2].map(() => project.startGuard(context, database.url(), ['--apply', apply, '--turn-timeout', '40s', '--', report]))
    await until(async () => (await others(database, "query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'")).length > 0, 'the index waits', 20_000)
    await new Promise((wake) => setTimeout(wake, 1500)) // for the other one to be waiting too
    await old.query('COMMIT')
    for (const replica of replicas) {
      const result = await replica.ended
      assert.ok(started(result), result.stderr)
    }
    assert.deepEqual(await database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = '\"User_email_idx\"'::regclass"), [{ indisvalid: true }])
    assert.equal((await database.ledger()).length, 3)
  })
