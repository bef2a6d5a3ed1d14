// With apply: prisma the CLI migrates the database that was looked at, with the settings that were asked for, whatever
// names schema, config file and options use.
import assert from 'node:assert/strict'

import { Database } from '../harness/database.mjs'
import { Project } from '../harness/project.mjs'
import { deployed, major, report, started, test } from '../harness/scenario.mjs'
import { ANALYTICS, first, modelsOf, shop } from '../harness/shop.mjs'

const databases = (context) => Promise.all([Database.create(context), Database.create(context)])
const CONFIG = (url) => `import { defineConfig } from 'prisma/config'
const other = () => process.env['OTHER' + '_URL']
export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' }, datasource: { url: ${url} } })
`
const SCHEMA = (properties) => `datasource db {\n  provider = "postgresql"\n  ${properties}\n}\n${modelsOf(3)}`

/** `url`: what the project itself says, as an expression of a config file (7) or properties of the datasource. */
function project(context, { config, datasource }) {
  const made = Project.create(context, { ...shop(), schema: major >= 7 ? undefined : SCHEMA(datasource) })
  if (major >= 7) made.write('prisma.config.ts', CONFIG(config))
  return made
}

async function migratedOnly(result, checked, other) {
  assert.ok(started(result), result.stderr)
  assert.equal((await checked.ledger()).length, 3)
  assert.equal(await other.ledger(), null, 'another database was migrated')
  assert.equal(await other.relationExists('"AnalyticsEvent"'), false)
}

test('databaseUrlEnv names another variable than the project does', async (context) => {
  const [checked, other] = await databases(context)
  const app = project(context, { config: 'process.env.DATABASE_URL', datasource: 'url = env("DATABASE_URL")' })
  const result = await app.guard(other.url(), ['--database-url-env', 'APP_URL', '--', report], { env: { APP_URL: checked.url() } })
  await migratedOnly(result, checked, other)
  const { environment } = JSON.parse(result.stdout)
  assert.ok(environment.includes(`DATABASE_URL=${other.url()}`), 'the app has its environment as it was')
})

test('directUrlEnv names another variable than the project does', async (context) => {
  const [checked, other] = await databases(context)
  const app = project(context, { config: "process.env['DIRECT_URL'] ?? process.env.DATABASE_URL",
    datasource: 'url = env("DATABASE_URL")\n  directUrl = env("DIRECT_URL")' })
  const result = await app.guard(checked.url(), ['--direct-url-env', 'ADMIN_URL', '--', report],
    { env: { ADMIN_URL: checked.url(), DIRECT_URL: other.url() } })
  await migratedOnly(result, checked, other)
})

test('a URL that is written out names another database: 78, and nothing is touched', async (context) => {
  const [checked, other] = await databases(context)
  const app = project(context, { config: JSON.stringify(other.url()), datasource: `url = ${JSON.stringify(other.url())}` })
  const result = await app.guard(checked.url(), ['--database-url-env', 'DATABASE_URL', '--', report])
  assert.equal(result.code, 78, result.stderr)
  assert.match(result.stderr, new RegExp(`would connect to .*${other.name}`))
  for (const database of [checked, other]) assert.equal(await database.ledger(), null)
  const natively = await app.guard(checked.url(), ['--database-url-env', 'DATABASE_URL', '--apply', 'native', '--', report])
  await migratedOnly(natively, checked, other)
  const nothingPending = await app.guard(checked.url(), ['--database-url-env', 'DATABASE_URL', '--', report])
  await migratedOnly(nothingPending, checked, other)
})

test('a URL that is written out and is that of the options too', async (context) => {
  const [checked, other] = await databases(context)
  const literal = `${checked.url()}?connect_timeout=7`
  const app = project(context, { config: JSON.stringify(literal), datasource: `url = ${JSON.stringify(literal)}` })
  await migratedOnly(await app.guard(checked.url(), ['--database-url-env', 'DATABASE_URL', '--', report]), checked, other)
})

test('a config file that computes the URL', { skip: major < 7 && 'Prisma 7 has the URL there' }, async (context) => {
  const [checked, other] = await databases(context)
  const app = project(context, { config: 'other()' })
  const env = { OTHER_URL: other.url() }
  const refused = await app.guard(checked.url(), ['--', report], { env })
  assert.equal(refused.code, 78, refused.stderr)
  assert.match(refused.lines.at(-1), /computes the URL.*remedy=.*databaseUrlEnv/)
  for (const database of [checked, other]) assert.equal(await database.ledger(), null)

  const image = await app.guard(undefined, ['check', '--no-database'], { env: { ...env, DATABASE_URL: undefined } })
  assert.equal(image.code, 78, image.stderr)

  const named = await app.guard(undefined, ['--database-url-env', 'OTHER_URL', '--', report], { env: { ...env, DATABASE_URL: undefined } })
  await migratedOnly(named, other, checked)
  assert.match(named.stderr, /level=warn msg="prisma\.config\.ts computes the URL/)

  const nothingPending = await app.guard(other.url(), ['--', report], { env })
  assert.ok(started(nothingPending), nothingPending.stderr)
})

const RECORD = { ...first(2), [ANALYTICS]: `CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS lock,
  current_setting('statement_timeout') AS statement, current_setting('work_mem') AS memory;\n` }

for (const apply of ['prisma', 'native'])
  test(`migrationLockTimeout and migrationStatementTimeout hold in the session that migrates (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const app = Project.create(context, { migrations: RECORD, models: modelsOf(2) })
    const url = database.url('options=-c%20work_mem%3D5MB%20-c%20lock_timeout%3D1s')
    const result = await app.guard(url, ['--apply', apply, '--migration-lock-timeout', '7s', '--migration-statement-timeout', '90s', '--', report])
    assert.ok(started(result), result.stderr)
    assert.deepEqual(await database.query('SELECT * FROM seen'), [{ lock: '7s', statement: '90s', memory: '5MB' }])
  })

test('a lock that lasts longer than migrationLockTimeout fails the migration: 84', async (context) => {
  const database = await deployed(context, first(2))
  const app = Project.create(context, { migrations: { ...first(2), [ANALYTICS]: 'ALTER TABLE "User" ADD COLUMN "name" TEXT;\n' }, models: modelsOf(2) })
  const holder = await database.session(context)
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE "User" IN ACCESS SHARE MODE')
  const result = await app.guard(database.url(), ['--migration-lock-timeout', '500ms', '--', report])
  assert.equal(result.code, 84, result.stderr)
  assert.match(result.lines.at(-1), /lock timeout/)
})
