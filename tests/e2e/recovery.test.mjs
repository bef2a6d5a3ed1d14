// Recovery without Node, on the example app: resolve as the real CLI has it, resolveOnce from a dashboard, baseline with its
// proof. What the guard says is pinned (tests/e2e/pinned/recovery.json).
import assert from 'node:assert/strict'

import { Database } from './harness/database.mjs'
import { ANALYTICS, INIT, TAGS, exampleApp, first, scripts } from './harness/example.mjs'
import { Pinned, withoutChance } from './harness/pinned.mjs'
import { deployed, report, started, test } from './harness/scenario.mjs'

const BROKEN = { ...first(2), [ANALYTICS]: `CREATE TABLE broken (id nosuchtype);\n${scripts[ANALYTICS]}` }
const pinned = new Pinned('recovery')

/** What a person reads of it: standard output, and the line that it ended with. */
function pin(context, result, { project, database }) {
  const last = result.lines.at(-1)?.replace(/ version=.*$/, '') ?? ''
  pinned.check(context.name, withoutChance(`${result.stdout}${last}`, { project, database }).split('\n'))
}

/** Two databases in the same state: one for the CLI, one for the guard. */
async function twins(context, prepare) {
  return Promise.all(['prisma', 'guard'].map(async (who) => {
    const database = await deployed(context, first(2))
    const project = exampleApp(context, { migrations: BROKEN })
    await prepare?.(database, project)
    return { who, database, project }
  }))
}

async function resolved(context, args, exits, prepare) {
  const results = await Promise.all((await twins(context, prepare)).map(async ({ who, database, project }) => {
    const result = who === 'prisma' ? await project.prisma(database.url(), 'migrate', 'resolve', ...args)
      : await project.guard(database.url(), ['resolve', ...args])
    return { result, database, project, ledger: await database.ledgerFacts('public') }
  }))
  assert.deepEqual(results.map(({ result }) => result.code), exits, results.map(({ result }) => result.stderr).join('\n'))
  assert.deepEqual(results[1].ledger, results[0].ledger)
  pin(context, results[1].result, results[1])
  return results.map(({ result }) => result)
}

/** Refused by both with Prisma's `code`; the guard exits with `exit`. */
async function refused(context, args, code, exit, prepare) {
  const results = await resolved(context, args, [1, exit], prepare)
  for (const { said } of results) assert.match(said, new RegExp(code))
}

const failedNow = async (database, project) => {
  assert.equal((await project.prisma(database.url(), 'migrate', 'deploy')).code, 1)
}

test('resolve --rolled-back writes what the CLI writes', (context) =>
  resolved(context, ['--rolled-back', ANALYTICS], [0, 0], failedNow))

test('resolve --applied writes what the CLI writes', (context) =>
  resolved(context, ['--applied', ANALYTICS], [0, 0], failedNow))

test('resolve --applied of a pending migration', (context) => resolved(context, ['--applied', ANALYTICS], [0, 0]))

/** One more row of the failed migration, as a second try leaves it; `rolledBack` as after a resolve. */
const again = ({ rolledBack }) => async (database, project) => {
  await failedNow(database, project)
  await database.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, logs, started_at, rolled_back_at, applied_steps_count)
    SELECT gen_random_uuid(), checksum, migration_name, logs, started_at - interval '1 second', ${rolledBack ? 'now()' : 'NULL'}, 0
    FROM _prisma_migrations WHERE migration_name = $1`, [ANALYTICS])
}
const withoutLedger = (database) => database.query('DROP TABLE _prisma_migrations')

for (const way of ['--rolled-back', '--applied']) {
  test(`resolve ${way} of several failed rows writes what the CLI writes`, (context) =>
    resolved(context, [way, ANALYTICS], [0, 0], again({ rolledBack: false })))

  test(`resolve ${way} of a failed row beside one that is rolled back writes what the CLI writes`, (context) =>
    resolved(context, [way, ANALYTICS], [0, 0], again({ rolledBack: true })))
}

test('resolve --applied without a ledger makes the one that the CLI makes', (context) =>
  resolved(context, ['--applied', INIT], [0, 0], withoutLedger))

// The CLI makes the schema when it connects; a mistyped ?schema= must not make a second, empty world.
test('resolve --applied with a schema that does not exist: 77, or as the CLI with createDatabase', async (context) => {
  const project = exampleApp(context)
  const [theirs, mine] = await Promise.all([Database.create(context), Database.create(context)])
  const url = (database) => database.url('schema=My%20Shop')
  assert.equal((await project.prisma(url(theirs), 'migrate', 'resolve', '--applied', INIT)).code, 0)
  const refused = await project.guard(url(mine), ['resolve', '--applied', INIT])
  assert.equal(refused.code, 77, refused.stderr)
  assert.match(refused.said, /schema "My Shop" does not exist in database/)
  assert.equal((await project.guard(url(mine), ['resolve', '--applied', INIT, '--create-database', 'true'])).code, 0)
  assert.deepEqual(await mine.ledgerFacts('"My Shop"'), await theirs.ledgerFacts('"My Shop"'))
})

test('resolve --rolled-back without a ledger is refused as by the CLI', async (context) => {
  const [, result] = await resolved(context, ['--rolled-back', INIT], [1, 83], withoutLedger)
  assert.match(result.said, /there is no ledger/)
})

test('resolve --rolled-back of rows that are rolled back already', (context) =>
  resolved(context, ['--rolled-back', ANALYTICS], [0, 0], async (database, project) => {
    await failedNow(database, project)
    await database.query('UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL')
  }))

for (const [name, args, code] of [
  ['P3008', ['--applied', INIT], 'P3008'],
  ['P3011', ['--rolled-back', ANALYTICS], 'P3011'],
  ['P3012', ['--rolled-back', INIT], 'P3012'],
  ['P3017', ['--applied', 'nosuch'], 'P3017'],
])
  test(`resolve refuses with ${name} as the CLI does`, (context) => refused(context, args, code, 64))

/** The bundle of another database's image. */
const ofMysql = (database, project) => project.write('prisma/migrations/migration_lock.toml', 'provider = "mysql"\n')

test('resolve --applied refuses a bundle of another provider as the CLI does (P3019)', (context) =>
  refused(context, ['--applied', ANALYTICS], 'P3019', 66, ofMysql))

// The CLI reads no lock file for this; for the guard such an image is the wrong one, whatever is asked of it.
test('resolve --rolled-back refuses a bundle of another provider too, at which the CLI does not look', async (context) => {
  const [prisma, guard] = await resolved(context, ['--rolled-back', ANALYTICS], [1, 66], ofMysql)
  assert.match(prisma.said, /P3011/)
  assert.match(guard.said, /P3019/)
})

test('resolve --applied of a directory without a script is refused as by the CLI (P3017)', (context) =>
  refused(context, ['--applied', ANALYTICS], 'P3017', 64, (database, project) => {
    project.withoutMigration(ANALYTICS)
    project.migration(ANALYTICS, null)
  }))

// The image of the newer release that failed is gone, its row is not.
test('resolve --rolled-back needs no script, as with the CLI', (context) =>
  resolved(context, ['--rolled-back', ANALYTICS], [0, 0], async (database, project) => {
    await failedNow(database, project)
    project.withoutMigration(ANALYTICS)
  }))

for (const way of ['--rolled-back', '--applied']) {
  test(`resolve ${way} that cannot have the lock writes nothing, and is done again`, async (context) => {
    const [, { database, project }] = await twins(context, failedNow)
    const before = await database.ledger()
    const holder = await database.session(context)
    await holder.query('SELECT pg_advisory_lock(72707369)')
    const result = await project.guard(database.url(), ['resolve', way, ANALYTICS, '--turn-timeout', '1s'])
    assert.equal(result.code, 75, result.stderr)
    assert.match(result.said, /somebody migrates \(pid \d+, /)
    pin(context, result, { project, database })
    assert.deepEqual(await database.ledger(), before)
    await holder.query('SELECT pg_advisory_unlock(72707369)')
    assert.equal((await project.guard(database.url(), ['resolve', way, ANALYTICS])).code, 0)
    assert.notDeepEqual(await database.ledger(), before)
  })
}

test('resolveOnce: acts once, on that very row, and the migration is applied again', async (context) => {
  const database = await deployed(context, first(2))
  const project = exampleApp(context, { migrations: BROKEN })
  await project.guard(database.url(), ['migrate', '--apply', 'native'])
  const [{ id }] = await database.query('SELECT id FROM _prisma_migrations WHERE migration_name = $1', [ANALYTICS])
  project.migration(ANALYTICS, scripts[ANALYTICS])
  const env = { MIGRATION_GUARD_RESOLVE_ONCE: `rolled-back:${ANALYTICS}@${id.slice(0, 8)}`, MIGRATION_GUARD_APPLY: 'native' }

  const other = { ...env, MIGRATION_GUARD_RESOLVE_ONCE: `rolled-back:${ANALYTICS}@00000000` }
  const refused = await project.guard(database.url(), ['--', report], { env: other })
  assert.equal(refused.code, 81)
  pin(context, refused, { project, database })
  const acted = await project.guard(database.url(), ['--', report], { env })
  assert.ok(started(acted))
  assert.ok(acted.said.includes(`resolveOnce: the failed row is marked rolled back and will be applied again" migration=${ANALYTICS} row=${id.slice(0, 8)}`), acted.said)
  assert.ok(started(await project.guard(database.url(), ['--', report], { env })))
  const rows = await database.query('SELECT finished_at IS NOT NULL AS done FROM _prisma_migrations WHERE migration_name = $1', [ANALYTICS])
  assert.deepEqual(rows.map((row) => row.done).sort(), [false, true])
})

test('resolveOnce: spent on a script that is still wrong, and said anew for the next failure', async (context) => {
  const database = await deployed(context, first(2))
  const project = exampleApp(context, { migrations: BROKEN })
  const start = (order) => project.guard(database.url(), ['--apply', 'native', '--', report],
    { env: order ? { MIGRATION_GUARD_RESOLVE_ONCE: order } : {} })
  const orderOf = (result) => /MIGRATION_GUARD_RESOLVE_ONCE=(rolled-back:\S+@[0-9a-f]{8})/.exec(result.stderr)[1]
  const failed = await start()
  assert.equal(failed.code, 84)
  const again = await start(orderOf(failed))
  assert.equal(again.code, 84)
  assert.notEqual(orderOf(again), orderOf(failed))
  project.migration(ANALYTICS, scripts[ANALYTICS])
  assert.equal((await start(orderOf(failed))).code, 81, 'not for a failure that it does not name')
  assert.ok(started(await start(orderOf(again))))
})

test('resolveOnce: of replicas that start together one acts, and all start', async (context) => {
  const database = await deployed(context, first(2))
  const project = exampleApp(context, { migrations: BROKEN })
  await project.guard(database.url(), ['migrate', '--apply', 'native'])
  const [{ id }] = await database.query('SELECT id FROM _prisma_migrations WHERE migration_name = $1', [ANALYTICS])
  project.migration(ANALYTICS, `${scripts[ANALYTICS]}\nSELECT pg_sleep(2);\n`)
  // Until all three want the lock somebody else has it, so that none of them is first by chance.
  const holder = await database.session(context)
  await holder.query('SELECT pg_advisory_lock(72707369)')
  const replicas = [1, 2, 3].map((replica) => project.startGuard(context, database.url(), ['--', report], { env: {
    MIGRATION_GUARD_RESOLVE_ONCE: `rolled-back:${ANALYTICS}@${id.slice(0, 8)}`, MIGRATION_GUARD_APPLY: 'native',
    MIGRATION_GUARD_STATE_FILE: project.path(`guard.${replica}.state`) } }))
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await holder.query('SELECT pg_advisory_unlock(72707369)')
  const results = await Promise.all(replicas.map(({ ended }) => ended))
  for (const result of results) assert.ok(started(result), result.stderr)
  assert.equal(results.filter(({ said }) => said.includes('migration applied')).length, 1)
  const rows = await database.query('SELECT rolled_back_at IS NOT NULL AS back FROM _prisma_migrations WHERE migration_name = $1 ORDER BY started_at', [ANALYTICS])
  assert.deepEqual(rows.map(({ back }) => back), [true, false])
})

test('baseline says which migrations it marks on the strength of later ones', async (context) => {
  const migrations = { ...first(1), '20250910000000_data': 'UPDATE "User" SET "email" = lower("email");\n',
    '20250911000000_function': 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n', [TAGS]: scripts[TAGS] }
  const database = await Database.create(context)
  await database.query(scripts[INIT] + scripts[TAGS])
  const project = exampleApp(context, { migrations })
  const shown = await project.guard(database.url(), ['baseline', '--yes'])
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /20250910000000_data: implied by a later one: it leaves nothing that could be looked for, marked applied/)
  pin(context, shown, { project, database })
  assert.match(shown.stdout, /4 of 4 bundled migrations are marked applied \(2 of them implied by a later one, not seen\)/)
})

// What @unique and @@index make: `db push` leaves the table and its index.
test('baseline proves an index, and one that stands in the way is told before anything is written: 82', async (context) => {
  const index = '20251201000000_index'
  const create = 'CREATE INDEX "User_plan_idx" ON "User"("plan");\n'
  const migrations = { ...first(3), [index]: create }
  const database = await Database.create(context)
  await database.query(scripts[INIT] + scripts[TAGS] + scripts[ANALYTICS] + create)
  const project = exampleApp(context, { migrations })
  const shown = await project.guard(database.url(), ['baseline'])
  assert.equal(shown.code, 0, shown.stderr)
  pin(context, shown, { project, database })
  assert.match(shown.stdout, /_index: proven\n {2}yes: index public\.User_plan_idx is there/)

  for (const name of [INIT, TAGS, ANALYTICS]) {
    assert.equal((await project.guard(database.url(), ['resolve', '--applied', name])).code, 0)
  }
  for (const args of [['check', '--before-deploy'], ['migrate', '--apply', 'native'], ['--', report]]) {
    const refused = await project.guard(database.url(), args)
    assert.equal(refused.code, 82, `${args}: ${refused.stderr}`)
    assert.match(refused.said, /index public\.User_plan_idx/)
  }
  assert.equal((await database.ledgerFacts('public')).length, 3)
  assert.equal((await project.guard(database.url(), ['baseline', '--yes'])).code, 0)
  assert.ok(started(await project.guard(database.url(), ['--', report])))
})

test('an index that a pending script drops first, or that IF NOT EXISTS guards, is no collision', async (context) => {
  const create = 'CREATE INDEX "User_plan_idx" ON "User"("plan");\n'
  const database = await deployed(context, first(3))
  await database.query(create)
  const project = exampleApp(context, { migrations: { ...first(3),
    '20251201000000_guarded': create.replace('INDEX', 'INDEX IF NOT EXISTS'),
    '20251202000000_redefined': `DROP INDEX "User_plan_idx";\n${create}`,
    '20251203000000_renamed': `ALTER INDEX "User_plan_idx" RENAME TO "old";\n${create}` } })
  const result = await project.guard(database.url(), ['migrate', '--apply', 'native'])
  assert.equal(result.code, 0, result.stderr)
})

test('baseline that cannot have the lock marks nothing, and is done again', async (context) => {
  const database = await Database.create(context)
  await database.query(scripts[INIT] + scripts[TAGS])
  const project = exampleApp(context, { migrations: first(2) })
  const holder = await database.session(context)
  await holder.query('SELECT pg_advisory_lock(72707369)')
  const result = await project.guard(database.url(), ['baseline', '--yes'])
  assert.equal(result.code, 75, result.stderr)
  assert.match(result.said, /nothing is marked/)
  pin(context, result, { project, database })
  assert.equal(await database.relationExists('_prisma_migrations'), false)
  await holder.query('SELECT pg_advisory_unlock(72707369)')
  assert.equal((await project.guard(database.url(), ['baseline', '--yes'])).code, 0)
})

test('baseline shows the proof, marks exactly the proven prefix with --yes, and the rest is applied', async (context) => {
  const database = await Database.create(context)
  await database.query(scripts[INIT])
  await database.query(scripts[TAGS])
  const project = exampleApp(context)

  const shown = await project.guard(database.url(), ['baseline'])
  assert.equal(shown.code, 0, shown.stderr)
  pin(context, shown, { project, database })
  assert.match(shown.stdout, new RegExp(`${TAGS}: proven`))
  assert.match(shown.stdout, new RegExp(`${ANALYTICS}: absent`))
  assert.equal(await database.relationExists('_prisma_migrations'), false)

  assert.equal((await project.guard(database.url(), ['baseline', '--yes'])).code, 0)
  const { json } = await project.json(database.url(), ['check', '--json'])
  assert.deepEqual(json.migrations.map(({ state }) => state), ['applied', 'applied', 'pending'])
  assert.ok(started(await project.guard(database.url(), ['--apply', 'native', '--', report])))

  const again = await project.guard(database.url(), ['baseline', '--yes'])
  assert.equal(again.code, 64)
  assert.match(again.said, new RegExp(`there is a ledger _prisma_migrations already, by which migration "${ANALYTICS}" has run`))
})

// As a guard left it that marked one after the other, or somebody who typed Prisma's resolve --applied for each.
test('baseline goes on where another was interrupted', async (context) => {
  const database = await Database.create(context)
  await database.query(scripts[INIT] + scripts[TAGS])
  const project = exampleApp(context)
  assert.equal((await project.prisma(database.url(), 'migrate', 'resolve', '--applied', INIT)).code, 0)

  const shown = await project.guard(database.url(), ['baseline'])
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /the first 2 of 3 bundled migrations, 1 of which is marked already; mark the others with/)
  const marked = await project.guard(database.url(), ['baseline', '--yes'])
  assert.equal(marked.code, 0, marked.stderr)
  pin(context, marked, { project, database })
  const { json } = await project.json(database.url(), ['check', '--json'])
  assert.deepEqual(json.migrations.map(({ state }) => state), ['applied', 'applied', 'pending'])
  assert.ok(started(await project.guard(database.url(), ['--apply', 'native', '--', report])))
})

test('baseline proves nothing of another database: 83', async (context) => {
  const database = await Database.create(context)
  await database.query('CREATE TABLE theirs (id int)')
  const project = exampleApp(context)
  const result = await project.guard(database.url(), ['baseline', '--yes'])
  assert.equal(result.code, 83)
  pin(context, result, { project, database })
  assert.equal(await database.relationExists('_prisma_migrations'), false)
})
