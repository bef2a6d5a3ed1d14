// Recovery without Node: resolve as the real CLI has it, resolveOnce from a dashboard, baseline with its proof.
import assert from 'node:assert/strict'

import { Database } from './harness/database.mjs'
import { Project } from './harness/project.mjs'
import { deployed, report, started, test } from './harness/scenario.mjs'
import { ANALYTICS, INIT, TAGS, first, modelsOf, scripts, shop } from './harness/shop.mjs'

const BROKEN = { ...first(2), [ANALYTICS]: 'CREATE TABLE "AnalyticsEvent" (id nosuchtype);' }

/** Two databases in the same state: one for the CLI, one for the guard. */
async function twins(context, prepare) {
  return Promise.all(['prisma', 'guard'].map(async (who) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, { migrations: BROKEN, models: modelsOf(3) })
    await prepare?.(database, project)
    return { who, database, project }
  }))
}

async function resolved(context, args, exits, prepare) {
  const results = await Promise.all((await twins(context, prepare)).map(async ({ who, database, project }) => {
    const result = who === 'prisma' ? await project.prisma(database.url(), 'migrate', 'resolve', ...args)
      : await project.guard(database.url(), ['resolve', ...args])
    return { result, ledger: await database.ledgerFacts('public') }
  }))
  assert.deepEqual(results.map(({ result }) => result.code), exits, results.map(({ result }) => result.stderr).join('\n'))
  assert.deepEqual(results[1].ledger, results[0].ledger)
  return results[1].result
}

const failedNow = async (database, project) => {
  assert.equal((await project.prisma(database.url(), 'migrate', 'deploy')).code, 1)
}

test('resolve --rolled-back writes what the CLI writes', (context) =>
  resolved(context, ['--rolled-back', ANALYTICS], [0, 0], failedNow))

test('resolve --applied writes what the CLI writes', (context) =>
  resolved(context, ['--applied', ANALYTICS], [0, 0], failedNow))

test('resolve --applied of a pending migration', (context) => resolved(context, ['--applied', ANALYTICS], [0, 0]))

for (const [name, args, code] of [
  ['P3008', ['--applied', INIT], 'P3008'],
  ['P3011', ['--rolled-back', ANALYTICS], 'P3011'],
  ['P3012', ['--rolled-back', INIT], 'P3012'],
  ['P3017', ['--applied', 'nosuch'], 'P3017'],
])
  test(`resolve refuses with ${name} as the CLI does`, async (context) => {
    const result = await resolved(context, args, [1, 64])
    assert.match(result.said, new RegExp(code))
  })

test('resolveOnce: acts once, on that very row, and the migration is applied again', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, { migrations: BROKEN, models: modelsOf(3) })
  await project.guard(database.url(), ['migrate', '--apply', 'native'])
  const [{ id }] = await database.query('SELECT id FROM _prisma_migrations WHERE migration_name = $1', [ANALYTICS])
  project.migration(ANALYTICS, scripts[ANALYTICS])
  const env = { MIGRATION_GUARD_RESOLVE_ONCE: `rolled-back:${ANALYTICS}@${id.slice(0, 8)}`, MIGRATION_GUARD_APPLY: 'native' }

  const other = { ...env, MIGRATION_GUARD_RESOLVE_ONCE: `rolled-back:${ANALYTICS}@00000000` }
  assert.equal((await project.guard(database.url(), ['--', report], { env: other })).code, 81)
  assert.ok(started(await project.guard(database.url(), ['--', report], { env })))
  assert.ok(started(await project.guard(database.url(), ['--', report], { env })))
  const rows = await database.query('SELECT finished_at IS NOT NULL AS done FROM _prisma_migrations WHERE migration_name = $1', [ANALYTICS])
  assert.deepEqual(rows.map((row) => row.done).sort(), [false, true])
})

test('baseline shows the proof, marks exactly the proven prefix with --yes, and the rest is applied', async (context) => {
  const database = await Database.create(context)
  await database.query(scripts[INIT])
  await database.query(scripts[TAGS])
  const project = Project.create(context, shop())

  const shown = await project.guard(database.url(), ['baseline'])
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, new RegExp(`${TAGS}: proven`))
  assert.match(shown.stdout, new RegExp(`${ANALYTICS}: absent`))
  assert.equal(await database.relationExists('_prisma_migrations'), false)

  assert.equal((await project.guard(database.url(), ['baseline', '--yes'])).code, 0)
  const { json } = await project.json(database.url(), ['check', '--json'])
  assert.deepEqual(json.migrations.map(({ state }) => state), ['applied', 'applied', 'pending'])
  assert.ok(started(await project.guard(database.url(), ['--apply', 'native', '--', report])))

  const again = await project.guard(database.url(), ['baseline'])
  assert.equal(again.code, 64)
  assert.match(again.said, /there is a ledger _prisma_migrations already/)
})

test('baseline proves nothing of another database: 83', async (context) => {
  const database = await Database.create(context)
  await database.query('CREATE TABLE theirs (id int)')
  const project = Project.create(context, shop())
  const result = await project.guard(database.url(), ['baseline', '--yes'])
  assert.equal(result.code, 83)
  assert.equal(await database.relationExists('_prisma_migrations'), false)
})
