// The real CLI through a real PgBouncer in transaction mode (or past it, as it should be).
import assert from 'node:assert/strict'

import { startPgbouncer, withoutPgbouncer } from '../harness/pgbouncer.mjs'
import { Project } from '../harness/project.mjs'
import { deployed, report, started, test } from '../harness/scenario.mjs'
import { ANALYTICS, first, modelsOf, shop } from '../harness/shop.mjs'

const skip = withoutPgbouncer()
const WARNING = /level=warn msg="the Prisma CLI is to migrate through a transaction pooler.*DIRECT_URL/
const LIMITS = ['--migration-lock-timeout', '7s', '--migration-statement-timeout', '90s']
const RECORD = { ...first(2), [ANALYTICS]: "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS lock;\n" }

test('through the pooler: a warning that names DIRECT_URL, and the ledger is as without', { skip }, async (context) => {
  const through = await startPgbouncer(context)
  const [pooled, plain] = await Promise.all([deployed(context, first(2)), deployed(context, first(2))])
  const project = Project.create(context, shop())
  const result = await project.guard(through(pooled.url('pgbouncer=true')), ['--', report])
  assert.ok(started(result), result.stderr)
  assert.match(result.stderr, WARNING)
  assert.equal((await project.prisma(plain.url(), 'migrate', 'deploy')).code, 0)
  assert.deepEqual(await pooled.ledgerFacts('public'), await plain.ledgerFacts('public'))
  const again = await project.guard(through(pooled.url('pgbouncer=true')), ['--', report])
  assert.ok(started(again), again.stderr)
  assert.doesNotMatch(again.stderr, WARNING, 'nothing to apply, nothing to warn about')
})

test('past the pooler: DIRECT_URL, no warning, and the limits hold', { skip }, async (context) => {
  const through = await startPgbouncer(context)
  const database = await deployed(context, first(2))
  const project = Project.create(context, { migrations: RECORD, models: modelsOf(2) })
  const result = await project.guard(through(database.url('pgbouncer=true')), [...LIMITS, '--', report], { env: { DIRECT_URL: database.url() } })
  assert.ok(started(result), result.stderr)
  assert.doesNotMatch(result.stderr, WARNING)
  assert.deepEqual(await database.query('SELECT * FROM seen'), [{ lock: '7s' }])
})

test('through the pooler the limits are left out, and that is said', { skip }, async (context) => {
  const through = await startPgbouncer(context)
  const database = await deployed(context, first(2))
  const project = Project.create(context, { migrations: RECORD, models: modelsOf(2) })
  const result = await project.guard(through(database.url('pgbouncer=true')), [...LIMITS, '--', report])
  assert.ok(started(result), result.stderr)
  assert.match(result.stderr, /level=warn msg="migrationLockTimeout and migrationStatementTimeout are not in force/)
  assert.deepEqual(await database.query('SELECT * FROM seen'), [{ lock: '0' }])
})

test('two replicas through the pooler take turns', { skip }, async (context) => {
  const through = await startPgbouncer(context)
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const results = await Promise.all([1, 2].map(() => project.guard(through(database.url('pgbouncer=true')), ['--', report])))
  for (const result of results) assert.ok(started(result), result.stderr)
  assert.equal((await database.ledger()).length, 3)
})
