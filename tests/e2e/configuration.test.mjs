// Where a setting comes from: flag, environment, file, default; and the URL's own places.
import assert from 'node:assert/strict'

import { Project } from './harness/project.mjs'
import { deployed, report, started, test } from './harness/scenario.mjs'
import { first, shop } from './harness/shop.mjs'

const NOWHERE = 'postgresql://app:secret@127.0.0.1:1/app'

test('flag before environment before file before default', async (context) => {
  const project = Project.create(context, shop())
  const waitTimeout = async (args, env) => {
    const { stdout, code, stderr } = await project.guard(NOWHERE, ['config', '--json', ...args], { env })
    assert.equal(code, 0, stderr)
    return stdout
  }
  assert.match(await waitTimeout([]), /60s|1m/)
  project.write('migration-guard.yaml', 'waitTimeout: 11s\n')
  assert.match(await waitTimeout([]), /11s/)
  assert.match(await waitTimeout([], { MIGRATION_GUARD_WAIT_TIMEOUT: '12s' }), /12s/)
  assert.match(await waitTimeout(['--wait-timeout', '13s'], { MIGRATION_GUARD_WAIT_TIMEOUT: '12s' }), /13s/)
  assert.match(await waitTimeout([], { MIGRATION_GUARD_WAIT_TIMEOUT: '' }), /11s/, 'an empty variable is unset')
})

test('config shows no secret', async (context) => {
  const project = Project.create(context, shop())
  for (const form of [[], ['--json']]) {
    const result = await project.guard('postgresql://app:hunter2@db/app?sslpassword=hunter3', ['config', ...form])
    assert.equal(result.code, 0, result.stderr)
    assert.doesNotMatch(result.stdout + result.stderr, /hunter/)
  }
})

test('config is effective: what was found stands in the place of what is looked for', async (context) => {
  const project = Project.create(context, { ...shop(), major: 6 })
  project.write('prisma/smoke/one.sql', 'SELECT true')
  const { json, code } = await project.json('postgresql://app:hunter2@db/app?schema=shop&connect_timeout=7', ['config', '--json'],
    { env: { PORT: '3000' } })
  assert.equal(code, 0)
  const keys = ['databaseUrlEnv', 'databaseSchema', 'schemaPath', 'migrationsDir', 'migrationOrder', 'smokeDir', 'connectTimeout', 'probePort']
  assert.deepEqual(keys.map((key) => json.settings[key].value),
    ['DATABASE_URL', 'shop', 'prisma/schema.prisma', 'prisma/migrations', 'locale', 'prisma/smoke', '7s', 3000])
  for (const key of keys) assert.equal(json.settings[key].from, 'found', key)
  assert.match(json.settings.databaseUrlEnv.place, /schema\.prisma.*environment/)
  assert.match(json.settings.prismaCommand.value.join(' '), /node .*node_modules\/prisma\/build\/index\.js$/)
  assert.match(json.settings.prismaCommand.place, /prisma 6\.\d+/)
  const text = await project.guard(undefined, ['config', '--schema-path', 'prisma/schema.prisma'], { env: { DATABASE_URL: undefined } })
  assert.equal(text.code, 0, text.stderr)
  assert.match(text.stdout, /^schemaPath +prisma\/schema\.prisma +from --schema-path$/m, 'what is set wins')
  assert.match(text.stdout, /^databaseUrlEnv +DATABASE_URL +found in schema\.prisma; no database URL: DATABASE_URL is not set/m)
})

test('config of a place where nothing is', async (context) => {
  const project = Project.create(context, { cli: false })
  project.remove()
  const { mkdirSync } = await import('node:fs')
  mkdirSync(project.directory)
  for (const url of [undefined, 'nonsense', 'mysql://app:hunter2@db/app']) {
    const result = await project.guard(url, ['config'], { env: { DATABASE_URL: url } })
    assert.equal(result.code, 0, result.stderr)
    assert.match(result.stdout, /^schemaPath +\(found as Prisma finds it\) +not found: no schema\.prisma/m)
    assert.match(result.stdout, /^prismaCommand +\(found in node_modules\) +not found/m)
    assert.doesNotMatch(result.stdout, /hunter/)
  }
})

test("captain-definition is read, CapRover's own keys are not looked at", async (context) => {
  const project = Project.create(context, shop())
  project.write('captain-definition', JSON.stringify({ schemaVersion: 2, dockerfilePath: './Dockerfile', unknown: [1],
    'x-migration-guard': { waitTimeout: '700ms' } }))
  const result = await project.guard(NOWHERE, ['--', report])
  assert.equal(result.code, 69, result.stderr)
  assert.match(result.stderr, /captain-definition/)
  assert.ok(result.ms < 5000)
})

test('an unknown variable is a warning, an unknown key or flag is not accepted', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  const warned = await project.guard(database.url(), ['--', report], { env: { MIGRATION_GUARD_WAITTIMEOUT: '3s' } })
  assert.ok(started(warned), warned.stderr)
  assert.match(warned.stderr, /MIGRATION_GUARD_WAITTIMEOUT/)
  assert.match(warned.stderr, /level=warn/)
})

test('DATABASE_URL_FILE: a newline at its end is trimmed; both set is refused', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  project.write('secret', `${database.url()}\n`)
  const env = { DATABASE_URL: undefined, DATABASE_URL_FILE: project.path('secret') }
  const result = await project.guard(undefined, ['--', report], { env })
  assert.ok(started(result), result.stderr)
  const both = await project.guard(database.url(), ['--', report], { env: { DATABASE_URL_FILE: project.path('secret') } })
  assert.equal(both.code, 78, both.stderr)
})

for (const apply of ['prisma', 'native'])
  test(`DIRECT_URL: ledger, lock and apply use it alone (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, shop())
    // The app's own URL leads nowhere: whoever uses it to migrate fails.
    const result = await project.guard('postgresql://app:secret@127.0.0.1:1/app', ['--apply', apply, '--', report],
      { env: { DIRECT_URL: database.url() } })
    assert.ok(started(result), result.stderr)
    assert.equal((await database.ledger()).length, 3)
    assert.ok(JSON.parse(result.stdout).environment.includes('DATABASE_URL=postgresql://app:secret@127.0.0.1:1/app'))
  })

test('a direct URL of another schema: counted for both, two different ones are refused', async (context) => {
  const database = await deployed(context, first(3), 'schema=shop')
  const project = Project.create(context, shop())
  const one = await project.guard(database.url('schema=shop'), ['--', report], { env: { DIRECT_URL: database.url() } })
  assert.ok(started(one), one.stderr)
  const two = await project.guard(database.url('schema=shop'), ['--', report], { env: { DIRECT_URL: database.url('schema=other') } })
  assert.equal(two.code, 78, two.stderr)
})

test('PG* variables, service files and .pgpass have no influence', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  const { hostname, port, password } = new URL(database.url())
  project.write('.pgpass', `*:*:*:*:${password}\n`, 0o600)
  const misleading = { PGHOST: '203.0.113.1', PGPORT: '1', PGSSLMODE: 'verify-full', PGOPTIONS: '-c nosuch=1', PGSERVICE: 'nosuch',
    PGPASSFILE: project.path('.pgpass'), PGPASSWORD: password }
  const good = await project.guard(database.url(), ['--', report], { env: misleading })
  assert.ok(started(good), good.stderr)
  const without = await project.guard(`postgresql://postgres@${hostname}:${port}/${database.name}`, ['--', report], { env: misleading })
  assert.equal(without.code, 77, without.stderr)
})

test('a file that anybody may write is warned about', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  project.write('migration-guard.yaml', 'waitTimeout: 5s\n', 0o666)
  const result = await project.guard(database.url(), ['--', report])
  assert.ok(started(result), result.stderr)
  assert.match(result.stderr, /migration-guard\.yaml.*(anybody|writ)/)
})
