// What the schema check makes of others' objects, of schemas it is not told, and of what it can only half read.
import assert from 'node:assert/strict'

import { Database } from './harness/database.mjs'
import { Project } from './harness/project.mjs'
import { deployed, started, report, test } from './harness/scenario.mjs'
import { ANALYTICS, first, INIT, modelsOf, scripts, shop, TAGS } from './harness/shop.mjs'

const LEGACY = 'model Legacy {\n  id Int @id\n  @@map("legacy")\n}\n'
const configWith = (external) => `import { defineConfig } from 'prisma/config'
export default defineConfig({
  experimental: { externalTables: true },
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
  tables: { external: ${JSON.stringify(external)} },
})
`
function withLegacy(context, external) {
  const project = Project.create(context, { migrations: first(3), models: modelsOf(3) + LEGACY })
  if (external) project.write('prisma.config.ts', configWith(external))
  return project
}
const kinds = (outcome) => outcome.json.warnings.map(({ kind, object }) => `${kind} ${object}`)

test('a view is missing when a bundled script creates it, else a warning', async (context) => {
  const models = `${modelsOf(3)}view Loud {\n  id Int @unique\n}\n`
  const database = await Database.create(context)
  const bundled = Project.create(context, { migrations: { ...first(3), '20990101000000_view': 'CREATE VIEW "Loud" AS SELECT 1 AS id;\n' }, models })
  const applied = await bundled.guard(database.url(), ['migrate', '--apply', 'native'])
  assert.equal(applied.code, 0, applied.stderr)
  assert.deepEqual(kinds(await bundled.json(database.url(), ['check', '--json'])), [])
  await database.query('DROP VIEW "Loud"')
  const dropped = await bundled.json(database.url(), ['check', '--json'])
  assert.equal(dropped.code, 87)
  assert.deepEqual(dropped.json.schema.missing.map(({ kind, object }) => `${kind} ${object}`), ['view public.Loud'])

  const other = await deployed(context, first(3))
  const byHand = Project.create(context, { migrations: first(3), models })
  const checked = await byHand.json(other.url(), ['check', '--json'])
  assert.equal(checked.code, 0)
  assert.equal(checked.json.warnings.length, 1, kinds(checked).join())
  assert.match(checked.json.warnings[0].object, /Loud/)
})

test('a pending script that creates the table without a declared column is not applied', async (context) => {
  const script = scripts[ANALYTICS].replace(/^.*"kind".*\n/m, '')
  assert.notEqual(script, scripts[ANALYTICS])
  const project = Project.create(context, { migrations: { ...first(2), [ANALYTICS]: script }, models: modelsOf(3) })
  for (const database of [await deployed(context, first(2)), await Database.create(context)]) {
    for (const command of [['check', '--before-deploy'], ['migrate', '--apply', 'native']]) {
      const refused = await project.json(database.url(), [...command, '--json'])
      assert.equal(refused.code, 87, JSON.stringify(refused.json))
      assert.match(refused.json.message, /column public\.AnalyticsEvent\.kind/)
    }
    assert.equal(await database.relationExists('public."AnalyticsEvent"'), false)
  }
})

test('an image whose migrations create nothing does not start on an empty database', async (context) => {
  const project = Project.create(context, { migrations: { '20250101000000_empty': '-- This is an empty migration.\n' }, models: modelsOf(3) })
  const database = await Database.create(context)
  for (const command of [['check', '--before-deploy'], ['check', '--no-database'], ['migrate']])
    assert.equal((await project.guard(database.url(), [...command, '--apply', 'native'])).code, 87, command.join(' '))
})

test('tables made in a schema where Prisma does not look are missing', async (context) => {
  const migrations = Object.fromEntries(Object.entries(first(3)).map(([name, script]) => [name, script.replaceAll(/(TABLE|ON) "/g, '$1 "public"."')]))
  const project = Project.create(context, { migrations, models: modelsOf(3) })
  const database = await Database.create(context)
  await database.query('CREATE SCHEMA tenant_a')
  const refused = await project.guard(database.url('schema=tenant_a'), ['migrate', '--apply', 'native'])
  assert.equal(refused.code, 87, refused.stdout + refused.stderr)
})

test('a table that the config lists as external is a warning when it is missing', async (context) => {
  const project = withLegacy(context, ['public.legacy'])
  const database = await Database.create(context)
  const applied = await project.guard(database.url(), ['migrate', '--apply', 'native'])
  assert.equal(applied.code, 0, applied.stderr)
  const checked = await project.json(database.url(), ['check', '--json'])
  assert.equal(checked.code, 0)
  assert.deepEqual(kinds(checked), ['external public.legacy'])
  const alone = await project.json(undefined, ['check', '--no-database', '--json', '--apply', 'native'])
  assert.equal(alone.code, 0)
  assert.deepEqual(kinds(alone), ['external public.legacy'])

  const unlisted = withLegacy(context)
  assert.equal((await unlisted.guard(database.url(), ['check'])).code, 87)
  assert.equal((await unlisted.guard(undefined, ['check', '--no-database', '--apply', 'native'])).code, 87)
})

test('external tables alone do not make a database one without a ledger, as for the CLI', async (context) => {
  for (const [external, cli, guard] of [[['public.legacy'], 0, 0], [['other.legacy'], 1, 83]]) {
    for (const way of ['prisma', 'native', 'guard']) {
      const database = await Database.create(context)
      await database.query('CREATE TABLE legacy (id int PRIMARY KEY)')
      const project = withLegacy(context, external)
      if (way === 'prisma') {
        const result = await project.prisma(database.url(), 'migrate', 'deploy')
        assert.equal(result.code, cli, result.stdout + result.stderr)
        if (cli !== 0) assert.match(result.stderr, /P3005/)
      } else {
        const options = way === 'native' ? ['--apply', 'native'] : []
        const result = await project.guard(database.url(), [...options, '--', report])
        assert.equal(result.code, guard, result.stderr)
        assert.equal(started(result), guard === 0)
      }
    }
  }
})

test('a list that has to be run is said not to be known', async (context) => {
  const project = withLegacy(context, [])
  project.write('prisma.config.ts', configWith([]).replace('external: []', 'external: names()'))
  const database = await deployed(context, first(3))
  for (const [url, args] of [[database.url(), ['check']], [undefined, ['check', '--no-database']], [undefined, ['diagnose']]]) {
    const result = await project.guard(url, args)
    assert.match(result.said, /tables\.external of prisma\.config\.ts is computed/, args.join(' '))
  }
})

test('check --no-database looks where the connection would', async (context) => {
  const script = 'CREATE SCHEMA IF NOT EXISTS "app";\n' + scripts[INIT].replace('TABLE "User"', 'TABLE "app"."User"')
  const project = Project.create(context, { migrations: { [INIT]: script }, models: modelsOf(1) })
  const alone = (options, url) => project.json(url, ['check', '--no-database', '--json', '--apply', 'native', ...options])
  for (const [options, url] of [[[], undefined], [['--database-schema', 'app'], undefined],
    [[], 'postgresql://u:p@db:5432/x?schema=app'], [[], 'not a url']]) {
    const result = await alone(options, url)
    assert.equal(result.code, 0, result.stderr)
    assert.deepEqual(kinds(result), [])
    assert.equal(result.json.schema.models, 1)
  }
  const elsewhere = await alone([], 'postgresql://u:p@db:5432/x')
  assert.deepEqual(kinds(elsewhere), ['external public.User'], 'as with that database: the scripts create nothing in public')

  const forgotten = Project.create(context, { migrations: { [INIT]: script }, models: modelsOf(2) })
  assert.equal((await forgotten.guard(undefined, ['check', '--no-database', '--apply', 'native'])).code, 87)
})

test('a schema that no script touches is a warning, with a database and without', async (context) => {
  const models = `${modelsOf(3).replaceAll('\n}', '\n  @@schema("public")\n}')}
model Account {\n  id Int @id\n  @@schema("auth")\n}\n`
  const project = Project.create(context, shop())
  project.write('prisma/schema.prisma',
    `datasource db {\n  provider = "postgresql"\n  schemas = ["public", "auth"]\n}\n${models}`)
  const database = await deployed(context, first(3))
  for (const [url, options] of [[database.url(), []], [undefined, ['--no-database']]]) {
    const result = await project.json(url, ['check', '--json', '--apply', 'native', ...options])
    assert.equal(result.code, 0, result.stderr)
    assert.deepEqual(kinds(result), ['external auth.Account'])
    assert.equal(result.json.schema.models, 4)
  }
})

test('syntax of a future Prisma is a warning with file and line, and the app starts', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  project.models(modelsOf(3).replace('kind String', 'kind String @quantum(3)') + '\npolicy Readers {\n  a = 1\n}\n')
  for (const [url, options] of [[database.url(), ['--', report]], [database.url(), ['check']],
    [undefined, ['check', '--no-database']]]) {
    const result = await project.guard(url, options)
    assert.equal(result.code, 0, result.stderr)
    const told = result.said + result.stdout
    assert.match(told, /schema\.prisma:\d+.*quantum/)
    assert.match(told, /schema\.prisma:\d+.*policy/)
  }
  const { json } = await project.json(database.url(), ['check', '--json'])
  assert.deepEqual(json.warnings.map(({ kind }) => kind), ['unknownSyntax', 'unknownSyntax'])
})

test('a script that the parser refuses is named with its line where scripts are read, and nowhere else', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  project.migration(ANALYTICS, scripts[ANALYTICS] + 'CREATE TABLE x (id int) QUITE NEW SYNTAX;\n')
  for (const [url, options] of [[undefined, ['--no-database']], [database.url(), ['--before-deploy']]]) {
    const result = await project.json(url, ['check', '--json', '--apply', 'native', ...options])
    assert.equal(result.code, 0, result.stderr)
    assert.deepEqual(kinds(result), [`readTolerantly ${ANALYTICS}`])
    assert.match(result.json.warnings[0].text, /line 8: /)
  }
  const whole = await deployed(context, first(3))
  const result = await project.json(whole.url(), ['check', '--json'])
  assert.deepEqual(kinds(result), [`edited ${ANALYTICS}`], 'nothing missing or pending: no script is read')
})

test('an error of schema.prisma is shown with its line and a caret; the log keeps to one line', async (context) => {
  const project = Project.create(context, shop())
  project.models(modelsOf(3) + 'model Broken {\n  id Int !\n}\n')
  const alone = await project.guard(undefined, ['check', '--no-database'])
  assert.equal(alone.code, 66)
  assert.match(alone.stdout, /\n +id Int !\n +\^\n/)
  assert.match(alone.stderr, /^migration-guard phase=exit .*schema\.prisma:\d+:\d+: .*remedy="[^"]*migration-guard check --no-database \(or/)
  assert.equal(alone.lines.length, 1)

  const database = await deployed(context, first(3))
  const checked = await project.guard(database.url(), ['check'])
  assert.equal(checked.code, 0)
  assert.match(checked.stdout, /schema: not checked\n +id Int !\n +\^\n/)
  const run = await project.guard(database.url(), ['--', report])
  assert.ok(started(run), run.stderr)
  assert.match(run.said, /is not checked: .*schema\.prisma:\d+:\d+: /)
})

test('what a pending script takes away is told before anything is applied', async (context) => {
  const next = '20990101000000_next'
  for (const [script, gone] of [
    ['DROP TABLE "Tag";', 'table public.Tag'],
    ['ALTER TABLE "Tag" RENAME TO "Label";', 'table public.Tag'],
    ['ALTER TABLE "Tag" DROP COLUMN "label";', 'column public.Tag.label'],
    ['DROP TABLE "Tag"; CREATE TABLE "Tag" ("id" SERIAL PRIMARY KEY, "label" TEXT NOT NULL);', null],
    ['ALTER TABLE "Tag" RENAME TO t; CREATE TABLE "Tag" ("id" SERIAL NOT NULL, "label" TEXT NOT NULL); DROP TABLE t;', null],
    ['ALTER TABLE "Tag" DROP COLUMN "label", ADD COLUMN "label" TEXT;', null],
    ['CREATE FUNCTION again() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE \'ALTER TABLE "Tag" ADD "label" text\'; END $$; ALTER TABLE "Tag" DROP COLUMN "label"; SELECT again();', null],
  ]) {
    const database = await deployed(context, first(3))
    const project = Project.create(context, { migrations: { ...first(3), [next]: `${script}\n` }, models: modelsOf(3) })
    const before = await project.json(database.url(), ['check', '--before-deploy', '--json'])
    const run = await project.guard(database.url(), ['--apply', 'native', '--', report])
    if (gone === null) {
      assert.deepEqual([before.code, run.code, started(run)], [0, 0, true], script + run.stderr)
      continue
    }
    assert.deepEqual([before.code, run.code, started(run)], [87, 87, false], script)
    assert.deepEqual(before.json.schema.missing.map(({ kind, object, createdBy }) => [`${kind} ${object}`, createdBy]), [[gone, TAGS]])
    assert.match(before.json.message, new RegExp(`migration "${TAGS}" creates it, and "${next}" drops or renames it`))
    assert.equal((await project.json(database.url(), ['check', '--json'])).code, 80, 'nothing has been applied')
    assert.equal((await project.guard(database.url(), ['migrate', '--apply', 'native'])).code, 87, script)
  }
})
