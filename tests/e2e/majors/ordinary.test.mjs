// The days on which nothing is wrong: what the guard leaves is what `prisma migrate deploy` leaves.
import assert from 'node:assert/strict'

import { finish } from '../harness/processes.mjs'
import { Project } from '../harness/project.mjs'
import { deployed, parity, report, started, test } from '../harness/scenario.mjs'
import { Database } from '../harness/database.mjs'
import { ANALYTICS, INIT, TAGS, first, modelsOf, scripts, shop } from '../harness/shop.mjs'

parity('empty database: every migration is applied', shop())

parity('one pending', { ...shop(), before: [INIT, TAGS] })

parity('nothing pending', { ...shop(), before: [INIT, TAGS, ANALYTICS] })

parity('?schema=other: ledger and tables stand there', {
  ...shop(),
  parameters: 'schema=other',
  options: ['--create-database', 'true'], // Prisma makes the schema by merely connecting; the guard only when told
  afterwards: async ({ database }) => {
    assert.equal(await database.relationExists('other."AnalyticsEvent"'), true)
    assert.equal(await database.relationExists('public._prisma_migrations'), false)
  },
})

parity('?schema=other, one pending', { ...shop(), before: [INIT, TAGS], parameters: 'schema=other' })

parity('an order in which bytes and letters agree', {
  migrations: { '0001_init': scripts[INIT], '0002_Tags': scripts[TAGS], '0010_analytics': scripts[ANALYTICS] },
})

parity('a pending migration that sorts before an applied one is applied', {
  ...shop(),
  before: [INIT, ANALYTICS],
  says: /out.?of.?order/i,
})

parity('a rolled back migration is applied again, with a row of its own', {
  ...shop(),
  before: [INIT, TAGS, ANALYTICS],
  prepare: async ({ database }) => {
    await database.query('DROP TABLE "AnalyticsEvent"')
    await database.query('UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = $1', [ANALYTICS])
  },
})

test('a mistyped ?schema= starts nothing on an empty schema: 77', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  const result = await project.guard(database.url('schema=pubilc'), ['--', report])
  assert.equal(result.code, 77, result.stderr)
  assert.equal((await database.query("SELECT 1 FROM pg_namespace WHERE nspname = 'pubilc'")).length, 0)
})

test('nothing pending needs no Node and no CLI', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, { ...shop(), cli: false })
  const result = await project.guard(database.url(), ['--', report], { env: { PATH: '/nowhere' } })
  assert.ok(started(result), result.stderr)
})

test('an empty database in a container without Node: natively', async (context) => {
  const database = await Database.create(context)
  const project = Project.create(context, { ...shop(), cli: false })
  const result = await project.guard(database.url(), ['--apply', 'native', '--', report], { env: { PATH: '/nowhere' } })
  assert.ok(started(result), result.stderr)
  assert.equal((await database.ledger()).length, 3)
})

test('check says what run would do, and writes nothing', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const before = [await database.schemaText(), await database.ledger()]
  const { code, json } = await project.json(database.url(), ['check', '--json'])
  assert.equal(code, 80)
  assert.equal(json.verdict, 'migrations_pending')
  assert.deepEqual(json.migrations.map(({ name, state }) => [name, state]),
    [[INIT, 'applied'], [TAGS, 'applied'], [ANALYTICS, 'pending']])
  assert.deepEqual(json.counts, { bundled: 3, applied: 2, pending: 1, running: 0, failed: 0, rolledBack: 0, edited: 0,
    ahead: 0, retired: 0, outOfOrder: 0 })
  assert.deepEqual([await database.schemaText(), await database.ledger()], before)
})

test('after the guard the CLI finds nothing to do, and the other way round', async (context) => {
  const database = await Database.create(context)
  const project = Project.create(context, shop())
  for (const apply of ['prisma', 'native']) {
    const migrated = await project.json(database.url(), ['migrate', '--json', '--apply', apply])
    assert.equal(migrated.json.verdict, 'ok', migrated.stderr)
    assert.deepEqual(migrated.json.appliedNow, apply === 'prisma' ? [INIT, TAGS, ANALYTICS] : [])
  }
  const deploy = await project.prisma(database.url(), 'migrate', 'deploy')
  assert.match(deploy.stdout, /No pending migrations to apply/)
  const status = await project.prisma(database.url(), 'migrate', 'status')
  assert.equal(status.code, 0, status.stderr)
})

test('a model that no migration creates stops the app: 87', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, { migrations: first(2), models: modelsOf(3) })
  const { code, json } = await project.json(database.url(), ['check', '--json'])
  assert.equal(code, 87)
  assert.deepEqual(json.schema.missing, [{ kind: 'table', object: 'public.AnalyticsEvent', model: 'AnalyticsEvent',
    field: null, createdBy: null }])
})

test('the binary says what it is without a database', async () => {
  const result = await finish([process.env.GUARD_BINARY, '--version'])
  assert.equal(result.code, 0)
  assert.match(result.stdout, /^migration-guard \d+\.\d+\.\d+/)
})
