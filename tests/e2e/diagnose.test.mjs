// `diagnose`: for each way in which an app comes to fail, the cause and the exact next command.
import assert from 'node:assert/strict'

import { Database } from './harness/database.mjs'
import { Project } from './harness/project.mjs'
import { deployed, test } from './harness/scenario.mjs'
import { ANALYTICS, INIT, TAGS, first, modelsOf, scripts, shop } from './harness/shop.mjs'

const EVENT = 'public.AnalyticsEvent'
// As docs/ and the first team's ticket have it: a timestamp and prisma:error, then a sentence without either, and no code.
const INCIDENT = `2025-11-10T03:51:27.425062648Z prisma:error
Invalid \`prisma.analyticsEvent.create()\` invocation:
The table \`public.AnalyticsEvent\` does not exist in the current database.
`

async function diagnosed(context, database, project, { logs, exit }) {
  if (logs) project.write('app.log', logs)
  const args = ['diagnose', ...(logs ? ['--logs', 'app.log'] : [])]
  const text = await project.guard(database.url(), args)
  assert.equal(text.code, exit, text.stdout + text.stderr)
  const { json, code } = await project.json(database.url(), [...args, '--json'])
  assert.equal(code, exit)
  assert.equal(json.exitCode, exit)
  return { text: text.stdout, json, causes: json.causes }
}

const kinds = (causes) => causes.map((cause) => cause.kind)
const about = (causes, object) => causes.find((cause) => cause.object === object)

test('pending', async (context) => {
  const { text, causes } = await diagnosed(context, await deployed(context, first(2)), Project.create(context, shop()), {
    logs: INCIDENT, exit: 80 })
  assert.equal(about(causes, EVENT).kind, 'pending')
  assert.equal(about(causes, EVENT).migration, ANALYTICS)
  assert.equal(about(causes, EVENT).next, 'migration-guard migrate (or prisma migrate deploy)')
  assert.match(text, /1 x P2021 public\.AnalyticsEvent/)
  assert.match(text, new RegExp(`cause: table ${EVENT}: migration ${ANALYTICS} creates it and has not been applied`))
})

test('failed', async (context) => {
  const database = await deployed(context, first(2))
  const migrations = { ...first(2), [ANALYTICS]: 'CREATE TABLE "AnalyticsEvent" (id nosuchtype);' }
  const project = Project.create(context, { migrations, models: modelsOf(3) })
  await project.guard(database.url(), ['migrate', '--apply', 'native'])
  const { causes } = await diagnosed(context, database, project, { exit: 81 })
  assert.equal(about(causes, EVENT).kind, 'failed')
  assert.match(about(causes, EVENT).text, /type "nosuchtype" does not exist/)
  assert.match(about(causes, EVENT).next, new RegExp(`migration-guard resolve --rolled-back ${ANALYTICS} \\(or prisma migrate`))
})

test('rolled back', async (context) => {
  const database = await deployed(context, first(3))
  await database.query('DROP TABLE "AnalyticsEvent"')
  await database.query('UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = $1', [ANALYTICS])
  const { causes } = await diagnosed(context, database, Project.create(context, shop()), { exit: 80 })
  assert.equal(about(causes, EVENT).kind, 'rolledBack')
})

test('marked applied without having run', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  assert.equal((await project.guard(database.url(), ['resolve', '--applied', ANALYTICS])).code, 0)
  const { causes } = await diagnosed(context, database, project, { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'markedApplied')
  assert.match(about(causes, EVENT).next, new RegExp(`psql .* -f prisma/migrations/${ANALYTICS}/migration.sql`))
})

test('never migrated: pushed with db push in development', async (context) => {
  const database = await deployed(context, first(2))
  const { causes } = await diagnosed(context, database, Project.create(context, { migrations: first(2), models: modelsOf(3) }), {
    exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'neverMigrated')
  assert.match(about(causes, EVENT).text, /none of the 2 bundled migrations creates it/)
})

test('dropped by hand', async (context) => {
  const database = await deployed(context, first(3))
  await database.query('DROP TABLE "AnalyticsEvent"')
  const { causes } = await diagnosed(context, database, Project.create(context, shop()), { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'dropped')
})

test('in another schema', async (context) => {
  const database = await deployed(context, first(3))
  await database.query('CREATE SCHEMA app')
  await database.query('ALTER TABLE "AnalyticsEvent" SET SCHEMA app')
  const { causes } = await diagnosed(context, database, Project.create(context, shop()), { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'otherSchema')
  assert.match(about(causes, EVENT).next, /\?schema=app/)
})

test('the ledger of another app', async (context) => {
  const database = await deployed(context, { '20240101000000_theirs': 'CREATE TABLE theirs (id int);' })
  const { causes } = await diagnosed(context, database, Project.create(context, shop()), { exit: 80 })
  assert.ok(kinds(causes).includes('otherApp'), JSON.stringify(causes))
})

test('an image older than the database', async (context) => {
  const later = { ...first(3), '20260101000000_drop': 'DROP TABLE "AnalyticsEvent";' }
  const { causes } = await diagnosed(context, await deployed(context, later), Project.create(context, shop()), { exit: 0 })
  assert.equal(about(causes, EVENT).kind, 'newerRelease')
})

test('without a database: bundle and logs', async (context) => {
  const project = Project.create(context, shop())
  project.write('app.log', INCIDENT)
  const { json, code } = await project.json('postgresql://app:secret@127.0.0.1:1/app',
    ['diagnose', '--json', '--wait-timeout', '500ms', '--logs', 'app.log'])
  assert.equal(code, 69)
  assert.equal(json.schema.models, 3)
  assert.equal(json.migrations.length, 3)
  assert.equal(json.logs.groups[0].object, EVENT)
  assert.ok(kinds(json.causes).includes('unreachable'))
})

test('errors in the log while nothing is wrong now: 87', async (context) => {
  const database = await deployed(context, first(3))
  const { text, json } = await diagnosed(context, database, Project.create(context, shop()), { logs: INCIDENT, exit: 87 })
  assert.equal(json.logs.errors, 1)
  assert.equal(json.logs.groups[0].first, '2025-11-10T03:51:27Z')
  assert.match(text, /is there now/)
})

test('nothing wrong: 0, and what happens in the tables', async (context) => {
  const database = await deployed(context, first(3))
  const { text } = await diagnosed(context, database, Project.create(context, shop()), { exit: 0 })
  assert.match(text, /4\. what next: nothing/)
  assert.match(text, /there {4}table public\.AnalyticsEvent: about \d+ rows; inserts/)
})

test('tables without a ledger', async (context) => {
  const database = await Database.create(context)
  await database.query(scripts[INIT])
  const { causes } = await diagnosed(context, database, Project.create(context, shop()), { exit: 83 })
  assert.ok(kinds(causes).includes('noLedger'))
})
