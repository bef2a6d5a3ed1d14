// `diagnose` on the example app: for each way in which it comes to fail, the cause and the exact next command. What went
// wrong was brought about as it is in life, by the real CLI (db push alone by SQL); the whole screen is pinned (tests/e2e/pinned/diagnose.json).
import assert from 'node:assert/strict'

import { Database } from './harness/database.mjs'
import { ANALYTICS, INIT, TAGS, exampleApp, first, schema, scripts } from './harness/example.mjs'
import { Pinned, withoutChance } from './harness/pinned.mjs'
import { deployed, test } from './harness/scenario.mjs'

const EVENT = 'public.AnalyticsEvent'
const MIGRATE = 'migration-guard migrate (or prisma migrate deploy)'
const FAILING = `CREATE TABLE broken (id nosuchtype);\n${scripts[ANALYTICS]}`
const pinned = new Pinned('diagnose')

/** Text and JSON of one diagnosis; the text is pinned under the test's name. */
async function diagnosed(context, database, project, { exit, options = [] }) {
  const text = await project.guard(database.url(), ['diagnose', ...options])
  assert.equal(text.code, exit, text.stdout + text.stderr)
  const { json, code } = await project.json(database.url(), ['diagnose', '--json', ...options])
  assert.equal(code, exit)
  assert.equal(json.exitCode, exit)
  pinned.check(context.name, withoutChance(text.stdout, { project, database }).split('\n'))
  return { text: text.stdout, json, causes: json.causes }
}

const kinds = (causes) => causes.map((cause) => cause.kind)
const about = (causes, object) => causes.find((cause) => cause.object === object)

/** The image whose third migration fails, after the real CLI has tried it. */
async function failedByTheCli(context) {
  const database = await deployed(context, first(2))
  const project = exampleApp(context, { migrations: { ...first(2), [ANALYTICS]: FAILING } })
  assert.equal((await project.prisma(database.url(), 'migrate', 'deploy')).code, 1)
  return { database, project }
}

test('pending', async (context) => {
  const { causes } = await diagnosed(context, await deployed(context, first(2)), exampleApp(context), { exit: 80 })
  assert.deepEqual([about(causes, EVENT).kind, about(causes, EVENT).migration, about(causes, EVENT).next], ['pending', ANALYTICS, MIGRATE])
})

test("pending, while another tenant's schema has the table", async (context) => {
  const database = await deployed(context, first(2))
  await database.query(`CREATE SCHEMA tenant_b; CREATE TYPE tenant_b."EventKind" AS ENUM ('PAGE_VIEW', 'SIGN_UP', 'PURCHASE');
    SET search_path = tenant_b, public; ${scripts[ANALYTICS].replace(/CREATE TYPE[^;]*;/, '')}`)
  const { text, causes } = await diagnosed(context, database, exampleApp(context), { exit: 80 })
  assert.equal(about(causes, EVENT).kind, 'pending')
  assert.equal(about(causes, EVENT).next, MIGRATE)
  assert.match(text, /found in tenant_b, Prisma looks in public/)
  assert.doesNotMatch(text, /\?schema=/)
})

test('a ledger that cannot be read says nothing of what is pending', async (context) => {
  const database = await deployed(context, first(2))
  await database.query('ALTER TABLE _prisma_migrations RENAME COLUMN checksum TO sum')
  const { text, causes } = await diagnosed(context, database, exampleApp(context), { exit: 89 })
  assert.deepEqual(kinds(causes).slice(0, 2), ['other', 'other'])
  assert.match(about(causes, EVENT).text, /whether it has been applied only the ledger tells/)
  assert.doesNotMatch(text, /has not been applied|is pending|migration-guard migrate/)
  assert.doesNotMatch((await exampleApp(context).guard(database.url(), ['check'])).stdout, /which is pending/)
})

test('the ledger in a schema named like the role, where the URL does not look', async (context) => {
  const database = await deployed(context, first(2))
  await database.query('CREATE SCHEMA postgres; ALTER TABLE _prisma_migrations SET SCHEMA postgres')
  const { text } = await diagnosed(context, database, exampleApp(context), { exit: 89 })
  assert.doesNotMatch(text, /has not been applied|migration-guard migrate/)
})

test('failed', async (context) => {
  const { database, project } = await failedByTheCli(context)
  const { text, causes } = await diagnosed(context, database, project, { exit: 81 })
  assert.equal(about(causes, EVENT).kind, 'failed')
  assert.match(about(causes, EVENT).text, /type "nosuchtype" does not exist.*No session runs it any more/)
  assert.match(about(causes, EVENT).next, new RegExp(`migration-guard resolve --rolled-back ${ANALYTICS} \\(or prisma migrate`))
  assert.equal(text.match(/No session runs it any more/g).length, 1, 'told once')
})

test('running', async (context) => {
  const database = await deployed(context, first(2))
  const project = exampleApp(context, { migrations: { ...first(2), [ANALYTICS]: `SELECT pg_sleep(30);\n${scripts[ANALYTICS]}` } })
  project.startGuard(context, database.url(), ['migrate', '--apply', 'native'])
  while ((await database.query('SELECT FROM _prisma_migrations WHERE finished_at IS NULL')).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
  const { causes } = await diagnosed(context, database, project, { exit: 75 })
  assert.equal(about(causes, EVENT).kind, 'running')
  assert.match(about(causes, EVENT).text, /is being applied by pid \d+, migration-guard/)
  assert.equal(new Set(causes.map(({ text }) => text.replace(/^.*?: /, ''))).size, 1, 'told once')
})

test('rolled back', async (context) => {
  const { database, project } = await failedByTheCli(context)
  assert.equal((await project.prisma(database.url(), 'migrate', 'resolve', '--rolled-back', ANALYTICS)).code, 0)
  const { causes } = await diagnosed(context, database, exampleApp(context), { exit: 80 })
  assert.deepEqual([about(causes, EVENT).kind, about(causes, EVENT).next], ['rolledBack', MIGRATE])
})

test('marked applied without having run, and the remedy mends it', async (context) => {
  const database = await deployed(context, first(2))
  const project = exampleApp(context)
  assert.equal((await project.prisma(database.url(), 'migrate', 'resolve', '--applied', ANALYTICS)).code, 0)
  const { causes } = await diagnosed(context, database, project, { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'markedApplied')
  const file = /prisma db execute --file (\S+)/.exec(about(causes, EVENT).next)[1]
  const executed = await project.prisma(database.url(), 'db', 'execute', '--file', file)
  assert.equal(executed.code, 0, executed.stdout + executed.stderr)
  assert.equal((await project.guard(database.url(), ['check'])).code, 0)
})

test('marked applied by baseline, and dropped since', async (context) => {
  const database = await deployed(context, first(3))
  const project = exampleApp(context)
  await database.query('DROP TABLE _prisma_migrations')
  const marked = await project.guard(database.url(), ['baseline', '--yes'])
  assert.equal(marked.code, 0, marked.stdout + marked.stderr)
  await database.query('DROP TABLE "AnalyticsEvent"')
  const { causes } = await diagnosed(context, database, project, { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'markedApplied')
  assert.match(about(causes, EVENT).next, /with the statements of prisma\/migrations\/\S+ that make it, and no others/)
})

test('a migrations directory of another name stands in the remedy', async (context) => {
  const database = await deployed(context, first(2))
  const project = exampleApp(context, { migrations: {} })
  for (const [name, script] of Object.entries(scripts)) project.write(`db/steps/${name}/migration.sql`, script)
  const options = ['--migrations-dir', 'db/steps']
  assert.equal((await project.guard(database.url(), ['resolve', '--applied', ANALYTICS, ...options])).code, 0)
  const { causes } = await diagnosed(context, database, project, { exit: 87, options })
  assert.match(about(causes, EVENT).next, new RegExp(`--file db/steps/${ANALYTICS}/migration.sql`))
})

test('never migrated: pushed with db push in development', async (context) => {
  const database = await deployed(context, first(2))
  const { causes } = await diagnosed(context, database, exampleApp(context, { migrations: first(2) }), { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'neverMigrated')
  assert.match(about(causes, EVENT).text, /none of the 2 bundled migrations creates it/)
})

test('written by hand without quotes: the statement that mends it, and not prisma migrate dev, which drops the table', async (context) => {
  const script = scripts[ANALYTICS].replaceAll('"AnalyticsEvent"', 'AnalyticsEvent')
  assert.notEqual(script, scripts[ANALYTICS])
  const migrations = { ...first(2), [ANALYTICS]: script }
  const database = await deployed(context, migrations)
  const project = exampleApp(context, { migrations })
  const { causes } = await diagnosed(context, database, project, { exit: 87 })
  const cause = about(causes, EVENT)
  assert.deepEqual([cause.kind, cause.migration], ['neverMigrated', ANALYTICS])
  assert.match(cause.text, /creates public\.analyticsevent instead: PostgreSQL folds a name without quotes to lower case/)
  const alone = await project.json(undefined, ['check', '--no-database', '--json', '--apply', 'native'])
  assert.equal(alone.code, 87)
  for (const said of [cause.next, alone.json.remedy, (await project.json(database.url(), ['check', '--json'])).json.remedy])
    assert.match(said, /^ALTER TABLE "public"\."analyticsevent" RENAME TO "AnalyticsEvent" in a new migration .*; or @@map\("analyticsevent"\)/)

  await database.query(`INSERT INTO analyticsevent (kind) VALUES ('SIGN_UP')`)
  project.write('prisma/migrations/20260101000000_quotes/migration.sql', `${cause.next.slice(0, cause.next.indexOf(' in a new'))};\n`)
  const mended = await project.guard(database.url(), ['migrate'])
  assert.equal(mended.code, 0, mended.stdout + mended.stderr)
  assert.equal((await database.query('SELECT * FROM "AnalyticsEvent"')).length, 1)
})

test('created by one bundled migration and renamed away by another', async (context) => {
  const migrations = { ...first(3), '20251201000000_rename': 'ALTER TABLE "AnalyticsEvent" RENAME TO "Event";\n' }
  const database = await deployed(context, migrations)
  const project = exampleApp(context, { migrations })
  const { causes } = await diagnosed(context, database, project, { exit: 87 })
  assert.deepEqual([about(causes, EVENT).kind, about(causes, EVENT).migration], ['removedAgain', '20251201000000_rename'])
  const checked = await project.json(database.url(), ['check', '--json'])
  assert.equal(checked.json.schema.missing.find(({ object }) => object === EVENT).createdBy, ANALYTICS)
  assert.doesNotMatch(JSON.stringify(checked.json), /none of the bundled|never made/)
  const alone = await project.json(undefined, ['check', '--no-database', '--json', '--apply', 'native'])
  assert.equal(alone.code, 87)
  assert.match(alone.json.message, /AnalyticsEvent \(migration 20251103091000_add_analytics creates it, and 20251201000000_rename drops or renames it\)/)
})

test('there, and dropped by a migration that is pending', async (context) => {
  const migrations = { ...first(3), '20251201000000_drop': 'DROP TABLE "AnalyticsEvent";\n' }
  const project = exampleApp(context, { migrations })
  const database = await deployed(context, first(3))
  const { causes } = await diagnosed(context, database, project, { exit: 80 })
  assert.deepEqual(kinds(causes), ['removedAgain'])
  const migrated = await project.guard(database.url(), ['migrate'])
  assert.equal(migrated.code, 87, migrated.stdout + migrated.stderr)
  assert.match(migrated.stdout + migrated.stderr, /AnalyticsEvent/)
})

test('dropped by hand', async (context) => {
  const database = await deployed(context, first(3))
  await database.query('DROP TABLE "AnalyticsEvent"')
  const { causes } = await diagnosed(context, database, exampleApp(context), { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'dropped')
})

test('dropped by hand, with a copy in a backup schema', async (context) => {
  const database = await deployed(context, first(3))
  await database.query('CREATE SCHEMA backup; CREATE TABLE backup."AnalyticsEvent" AS TABLE "AnalyticsEvent"; DROP TABLE "AnalyticsEvent"')
  const { text, causes } = await diagnosed(context, database, exampleApp(context), { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'dropped')
  assert.match(text, /found in backup, Prisma looks in public/)
  assert.doesNotMatch(text, /\?schema=/)
})

test('moved to another schema, and the remedy mends it', async (context) => {
  const database = await deployed(context, first(3))
  await database.query('CREATE SCHEMA app; ALTER TABLE "AnalyticsEvent" SET SCHEMA app')
  const project = exampleApp(context)
  const { causes } = await diagnosed(context, database, project, { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'otherSchema')
  await database.query(/ALTER TABLE [^;]+/.exec(about(causes, EVENT).next)[0])
  assert.equal((await project.guard(database.url(), ['check'])).code, 0)
})

test('made in a schema where Prisma does not look', async (context) => {
  const elsewhere = { ...first(2), [ANALYTICS]: `CREATE SCHEMA app;\nSET search_path = app, public;\n${scripts[ANALYTICS]}` }
  const database = await deployed(context, elsewhere)
  const { causes } = await diagnosed(context, database, exampleApp(context, { migrations: elsewhere }), { exit: 87 })
  assert.equal(about(causes, EVENT).kind, 'otherSchema')
  assert.match(about(causes, EVENT).text, new RegExp(`migration ${ANALYTICS} creates it in schema app`))
})

test('the ledger of another app', async (context) => {
  const database = await deployed(context, { '20240101000000_theirs': 'CREATE TABLE theirs (id int);' })
  const { text, json, causes } = await diagnosed(context, database, exampleApp(context), { exit: 80 })
  assert.deepEqual(kinds(causes), ['otherApp'])
  for (const advice of [text, json.remedy, ...json.problems.map(({ remedy }) => remedy)]) assert.doesNotMatch(advice, /guard migrate|migrate deploy/)
})

test('a squash is not the ledger of another app', async (context) => {
  const database = await deployed(context, first(3))
  const project = exampleApp(context, { migrations: { '20260101000000_squashed': Object.values(scripts).join('\n') } })
  const { text, causes } = await diagnosed(context, database, project, { exit: 82 })
  assert.ok(!kinds(causes).includes('otherApp'))
  assert.match(text, /next: if its changes are all in the database: migration-guard resolve --applied 20260101000000_squashed/)
  assert.doesNotMatch(text, /next: migration-guard migrate/)
})

test('an image older than the database', async (context) => {
  const later = { ...first(3), '20260101000000_drop': 'DROP TABLE "AnalyticsEvent";' }
  const { causes } = await diagnosed(context, await deployed(context, later), exampleApp(context), { exit: 0 })
  assert.equal(about(causes, EVENT).kind, 'newerRelease')
})

test('tables without a ledger', async (context) => {
  const database = await Database.create(context)
  await database.query(scripts[INIT])
  const { causes } = await diagnosed(context, database, exampleApp(context), { exit: 83 })
  assert.equal(causes[0].kind, 'noLedger')
  assert.ok(causes.every(({ next }) => !next.startsWith('migration-guard migrate')), JSON.stringify(causes))
})

test('a table that others make', async (context) => {
  const database = await deployed(context, first(3))
  const project = exampleApp(context)
  const placed = schema('model Account {\n  id Int @id\n\n  @@map("users")\n}\n')
    .replace('provider = "postgresql"\n', 'provider = "postgresql"\n  schemas  = ["public", "auth"]\n')
    .replace(/^(model|enum) (\w+) \{$/gm, (line, kind, name) => `${line}\n  @@schema("${name === 'Account' ? 'auth' : 'public'}")`)
  project.write('prisma/schema.prisma', placed)
  const { causes } = await diagnosed(context, database, project, { exit: 0 })
  assert.deepEqual(kinds(causes), ['external'])
  assert.match(about(causes, 'auth.users').next, /ignoreObjects: \["auth\.users"\]/)
})

test('sixty tables and fifty migrations stay on one screen', async (context) => {
  const many = Array.from({ length: 60 }, (_, i) => `M${i}`)
  const migrations = { ...scripts, '20260101000000_many': many.map((name) => `CREATE TABLE "${name}" (id int PRIMARY KEY);`).join('\n') }
  for (let i = 10; i < 60; ++i) migrations[`202601020000${i}_step`] = `SELECT ${i};`
  const project = exampleApp(context, { migrations, models: many.map((name) => `model ${name} {\n  id Int @id\n}`).join('\n') })
  const { text, json } = await diagnosed(context, await deployed(context, first(3)), project, { exit: 80 })
  assert.ok(text.split('\n').length < 60, `${text.split('\n').length} lines`)
  assert.match(text, /and 52 more: migration|and 52 more, each: migration 20260101000000_many creates it/)
  assert.equal(json.causes.filter(({ migration }) => migration === '20260101000000_many').length, 60, 'JSON has each')
})

test('nothing wrong: 0, and what happens in the tables', async (context) => {
  const { text } = await diagnosed(context, await deployed(context, first(3)), exampleApp(context), { exit: 0 })
  assert.match(text, /4\. what next: nothing/)
  assert.match(text, /there {4}table public\.AnalyticsEvent: about \d+ rows; inserts/)
})
