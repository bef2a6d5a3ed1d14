// Every exit code of docs/exit-codes.md: the situation, the code, and what a person reads (tests/e2e/pinned).
import assert from 'node:assert/strict'
import { createServer } from 'node:net'

import { Database, urlOf } from './harness/database.mjs'
import { guardBinary, serverUrl, sourceRoot, testOfResources } from './harness/environment.mjs'
import { Pinned, withoutChance } from './harness/pinned.mjs'
import { finish, until } from './harness/processes.mjs'
import { Project } from './harness/project.mjs'
import { deployed, report, test } from './harness/scenario.mjs'
import { ANALYTICS, INIT, TAGS, first, modelsOf, scripts, shop } from './harness/shop.mjs'

const pinned = new Pinned('exit_codes')

/** A database with `count` migrations applied, and a project of three. */
async function atMigration(context, count, project = shop()) {
  const database = count === 0 ? await Database.create(context) : await deployed(context, first(count))
  return { database, project: Project.create(context, project), url: database.url() }
}

/** The same, with a login of its own for which `sql` was said. */
async function as(context, given, sql) {
  const { url } = await given.database.login(context, sql)
  return { ...given, url }
}

const SLEEPING = { ...shop(), migrations: { ...first(2), [ANALYTICS]: 'SELECT pg_sleep(60);\n' }, models: modelsOf(2) }

async function stopped(context, signal) {
  return { ...(await atMigration(context, 0)), url: 'postgresql://app:secret@127.0.0.1:1/app', stop: { signal, when: (guard) => guard.seen(/refused/) } }
}

async function stoppedInMigration(context, apply) {
  const when = (guard, database) => until(async () => (await database.ledger()).length === 3, 'it has begun')
  return { ...(await atMigration(context, 2, SLEEPING)), args: ['--apply', apply, '--stop-timeout', '1s', '--', report], stop: { signal: 'SIGTERM', when } }
}

// code -> { name of the situation: (context) => { project, url, args?, env?, database? } }
const SITUATIONS = {
  0: { 'all is well': (context) => atMigration(context, 3) },
  64: {
    'unknown option': async (context) => ({ ...(await atMigration(context, 0)), args: ['--wait-timout', '3s', '--', report] }),
    'no command': async (context) => ({ ...(await atMigration(context, 0)), args: ['run'] }),
    'unknown subcommand': async (context) => ({ ...(await atMigration(context, 0)), args: ['chekc'] }),
  },
  66: {
    'no migration at all': (context) => atMigration(context, 0, { models: modelsOf(1) }),
    'pending directory without a script': (context) => atMigration(context, 2, { ...shop(), migrations: { ...first(2), [ANALYTICS]: null } }),
    'another provider': async (context) => {
      const given = await atMigration(context, 0)
      given.project.write('prisma/migrations/migration_lock.toml', 'provider = "mysql"\n')
      return given
    },
    'no schema': async (context) => {
      const given = await atMigration(context, 0)
      const { rmSync } = await import('node:fs')
      rmSync(given.project.path('prisma'), { recursive: true })
      return given
    },
    'a Prisma 8 layout': async (context) => {
      const given = await atMigration(context, 0, { models: modelsOf(1) })
      given.project.write('prisma/migrations/app/20261101T0900_init/migration.json', '{}')
      given.project.write('prisma/migrations/app/20261101T0900_init/ops.json', '[]')
      return given
    },
  },
  69: {
    'connection refused': async (context) => ({ ...(await atMigration(context, 0)), url: 'postgresql://app:secret@127.0.0.1:1/app',
      args: ['--wait-timeout', '1s', '--', report] }),
    // Why a name is not resolved is the machine's name server's to say, and it may be away itself.
    'unknown host': async (context) => ({ ...(await atMigration(context, 0)), url: 'postgresql://app:secret@db.invalid/app',
      args: ['--wait-timeout', '1s', '--', report], hide: [[/(?<=name not resolved: )[^("]*[^("\s]/g, 'REASON']] }),
    'a server that never answers': async (context) => {
      const sockets = []
      const server = createServer((socket) => sockets.push(socket.on('error', () => {})))
      await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
      context.after(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
      const { port } = server.address()
      return { ...(await atMigration(context, 0)), url: `postgresql://app:secret@127.0.0.1:${port}/app`, hide: [[String(port), 'PORT']],
        args: ['--wait-timeout', '2s', '--connect-timeout', '500ms', '--', report] }
    },
  },
  70: {
    // A schema larger than the memory there is: nothing that the guard expects.
    'no memory': async (context) => {
      const given = await atMigration(context, 0)
      given.project.models(`${modelsOf(3)}\n${'// much\n'.repeat(3 << 19)}`)
      return { ...given, kilobytes: 12 << 10 }
    },
  },
  71: {
    'without a word of error': async (context) => ({ ...(await atMigration(context, 2)), args: ['--prisma-command',
      JSON.stringify([process.execPath, '-e', 'process.kill(process.pid, "SIGKILL")']), '--', report] }),
    'the CLI does nothing': async (context) => ({ ...(await atMigration(context, 2)),
      args: ['--prisma-command', JSON.stringify([process.execPath, '-e', '0']), '--', report] }),
    'no CLI in the image': (context) => atMigration(context, 2, { ...shop(), cli: false }),
    'no engine in the image': async (context) => ({ ...(await atMigration(context, 2)),
      env: { PRISMA_SCHEMA_ENGINE_BINARY: '/nosuch/schema-engine' } }),
    'the CLI ends before it begins': async (context) => ({ ...(await atMigration(context, 2)),
      args: ['--prisma-command', JSON.stringify([process.execPath, '-e', 'console.error("no engine"); process.exit(3)']), '--', report] }),
    'the CLI does not exist': async (context) => ({ ...(await atMigration(context, 2)),
      args: ['--prisma-command', '["/nosuch/prisma"]', '--', report] }),
  },
  75: {
    'Prisma holds its lock': async (context) => {
      const given = await atMigration(context, 2)
      await (await given.database.session(context)).query('SELECT pg_advisory_lock(72707369)')
      return { ...given, args: ['--turn-timeout', '1s', '--', report] }
    },
    'another guard has the turn': async (context) => {
      const given = await atMigration(context, 2)
      const session = await given.database.session(context)
      await session.query('BEGIN')
      await session.query('SELECT pg_advisory_xact_lock(7883946067395503153)')
      return { ...given, args: ['--turn-timeout', '1s', '--', report] }
    },
  },
  77: {
    'wrong password': async (context) => {
      const given = await atMigration(context, 3)
      const url = new URL(given.url)
      url.password = 'wrong'
      return { ...given, url: url.toString() }
    },
    'no such database': async (context) => ({ ...(await atMigration(context, 0)), url: urlOf('nosuch_database') }),
    'may not read the ledger': async (context) => as(context, await atMigration(context, 3), []),
    'may not create in the schema': async (context) => as(context, await atMigration(context, 2),
      ['GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ROLE']),
    'certificate not trusted': async (context) => {
      const given = await atMigration(context, 3)
      return { ...given, url: `${given.url}?sslmode=require&sslaccept=strict` }
    },
  },
  78: {
    'no URL': async (context) => ({ ...(await atMigration(context, 0)), url: undefined }),
    'a URL of another kind': async (context) => ({ ...(await atMigration(context, 0)), url: 'mysql://app:secret@db/app' }),
    'quotes round the URL': async (context) => ({ ...(await atMigration(context, 0)), url: `"${serverUrl}"` }),
    'an Accelerate URL': async (context) => ({ ...(await atMigration(context, 0)), url: 'prisma://accelerate.prisma-data.net/?api_key=secret' }),
    'bad value of a variable': async (context) => ({ ...(await atMigration(context, 0)), env: { MIGRATION_GUARD_WAIT_TIMEOUT: '3 fortnights' } }),
    'unknown key in the file': async (context) => {
      const given = await atMigration(context, 0)
      given.project.write('migration-guard.yaml', 'waitTimeout: 3s\nwaitTimout: 4s\n')
      return given
    },
    'both files': async (context) => {
      const given = await atMigration(context, 0)
      given.project.write('migration-guard.yaml', 'waitTimeout: 3s\n')
      given.project.write('captain-definition', '{"schemaVersion": 2, "x-migration-guard": {"waitTimeout": "3s"}}')
      return given
    },
    'captain-definition is no JSON': async (context) => {
      const given = await atMigration(context, 0)
      given.project.write('captain-definition', '{"schemaVersion": 2, // comment\n "x-migration-guard": {}}')
      return given
    },
  },
  80: {
    'pending and apply never': async (context) => ({ ...(await atMigration(context, 2)), args: ['--apply', 'never', '--', report] }),
    'pending and somebody else\'s job': async (context) => ({ ...(await atMigration(context, 2)),
      args: ['--apply', 'wait', '--turn-timeout', '1s', '--', report] }),
  },
  81: {
    'stands failed': async (context) => {
      const given = await atMigration(context, 2)
      await given.database.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, logs)
        VALUES (gen_random_uuid()::text, repeat('0', 64), $1, now(), 'ERROR: relation "nosuch" does not exist')`, [ANALYTICS])
      return given
    },
  },
  82: {
    'edited': async (context) => {
      const given = await atMigration(context, 3)
      given.project.migration(TAGS, `${scripts[TAGS]}-- later\n`)
      return { ...given, args: ['--on-edited', 'fail', '--', report] }
    },
    'database ahead': async (context) => {
      const given = await atMigration(context, 3, shop(2))
      return { ...given, args: ['--on-database-ahead', 'fail', '--', report] }
    },
    'out of order': async (context) => {
      const database = await deployed(context, { [INIT]: scripts[INIT], [ANALYTICS]: scripts[ANALYTICS] })
      return { database, url: database.url(), project: Project.create(context, shop()), args: ['--on-out-of-order', 'fail', '--', report] }
    },
    'collision': async (context) => {
      const given = await atMigration(context, 2)
      await given.database.query('CREATE TABLE "AnalyticsEvent" (id bigint)')
      return given
    },
    'empty database': async (context) => ({ ...(await atMigration(context, 0)), args: ['--on-empty-database', 'fail', '--', report] }),
  },
  83: {
    'tables but no ledger': async (context) => {
      const given = await atMigration(context, 0)
      await given.database.query('CREATE TABLE "User" (id int)')
      return given
    },
  },
  84: {
    'through the CLI': (context) => atMigration(context, 2, { ...shop(), migrations: { ...first(2), [ANALYTICS]: 'SELECT nosuch;\n' }, models: modelsOf(2) }),
    'natively': async (context) => ({ ...(await atMigration(context, 2, { ...shop(), migrations: { ...first(2), [ANALYTICS]: 'SELECT nosuch;\n' }, models: modelsOf(2) })),
      args: ['--apply', 'native', '--', report] }),
  },
  85: {
    'through the CLI': async (context) => ({ ...(await atMigration(context, 2, SLEEPING)), args: ['--apply-timeout', '8s', '--', report] }),
    'natively': async (context) => ({ ...(await atMigration(context, 2, { ...shop(), migrations: { ...first(2), [ANALYTICS]: 'SELECT pg_sleep(60);\n' }, models: modelsOf(2) })),
      args: ['--apply', 'native', '--apply-timeout', '1s', '--', report] }),
  },
  86: {
    'a CLI that applies only the first': async (context) => {
      const given = await atMigration(context, 1)
      given.project.write('half.mjs', `import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
renameSync('prisma/migrations/${ANALYTICS}', 'aside')
execFileSync(process.execPath, ['node_modules/prisma/build/index.js', 'migrate', 'deploy'], { stdio: 'inherit' })
renameSync('aside', 'prisma/migrations/${ANALYTICS}')
`)
      return { ...given, args: ['--prisma-command', JSON.stringify([process.execPath, 'half.mjs']), '--', report] }
    },
  },
  87: {
    'no migration creates it': (context) => atMigration(context, 2, { migrations: first(2), models: modelsOf(3) }),
    'marked applied without having run': async (context) => {
      const given = await atMigration(context, 2)
      await given.project.prisma(given.url, 'migrate', 'resolve', '--applied', ANALYTICS)
      return given
    },
    'a column': (context) => atMigration(context, 3, { ...shop(), models: modelsOf(3).replace('  email String\n', '  email String\n  name  String?\n') }),
  },
  88: {
    'a smoke check fails': async (context) => {
      const given = await atMigration(context, 2)
      given.project.write('prisma/smoke/analytics.sql', 'SELECT count(*) > 0 FROM "AnalyticsEvent"\n')
      return given
    },
    'a smoke check is an error': async (context) => {
      const given = await atMigration(context, 2)
      given.project.write('prisma/smoke/analytics.sql', 'SELECT 1\n  FROM nosuch\n')
      return given
    },
  },
  89: {
    'a view': async (context) => {
      const given = await atMigration(context, 0)
      await given.database.query('CREATE VIEW _prisma_migrations AS SELECT 1 AS id')
      return given
    },
    'wrong columns': async (context) => {
      const given = await atMigration(context, 0)
      await given.database.query('CREATE TABLE _prisma_migrations (id int)')
      return given
    },
    'null values': async (context) => {
      const given = await atMigration(context, 3)
      await given.database.query('ALTER TABLE _prisma_migrations ALTER checksum DROP NOT NULL')
      await given.database.query('UPDATE _prisma_migrations SET checksum = NULL')
      return given
    },
    'where Prisma will not look': async (context) => {
      const given = await atMigration(context, 0)
      await given.database.query('CREATE SCHEMA postgres')
      await given.database.query('CREATE TABLE postgres._prisma_migrations (id int)')
      return given
    },
    'a Prisma 8 database': async (context) => {
      const given = await atMigration(context, 0)
      await given.database.query('CREATE SCHEMA prisma_contract')
      await given.database.query('CREATE TABLE prisma_contract.marker (id int); CREATE TABLE prisma_contract.ledger (id int)')
      return given
    },
  },
  126: { 'not executable': async (context) => {
    const given = await atMigration(context, 2)
    given.project.write('app', 'no program', 0o644)
    return { ...given, args: ['--', './app'] }
  } },
  129: { 'SIGHUP while waiting': (context) => stopped(context, 'SIGHUP') },
  130: { 'SIGINT while waiting': (context) => stopped(context, 'SIGINT') },
  131: { 'SIGQUIT while waiting': (context) => stopped(context, 'SIGQUIT') },
  143: {
    'SIGTERM while waiting': (context) => stopped(context, 'SIGTERM'),
    'SIGTERM in a migration, through the CLI': (context) => stoppedInMigration(context, 'prisma'),
    'SIGTERM in a migration, natively': (context) => stoppedInMigration(context, 'native'),
  },
  127: { 'not found': async (context) => ({ ...(await atMigration(context, 2)), args: ['--', 'nosuch-program'] }) },
}

/** The last line before a failing exit, taken apart as far as the log's own form goes. */
const lastLine = (result) => result.lines.at(-1) ?? ''

/** `kilobytes`: of memory for data; `stop`: { signal, when } sends it once `when(guard, database)` has come. */
async function ended(context, { project, url, args = ['--', report], env, database, kilobytes, stop }) {
  if (kilobytes) {
    const limited = ['sh', '-c', `ulimit -d ${kilobytes}; exec "$@"`, 'sh', guardBinary]
    return finish([...limited, ...args], { cwd: project.directory, env: project.environment(url, env) })
  }
  if (!stop) return project.guard(url, args, { env })
  const guard = project.startGuard(context, url, args, { env })
  await stop.when(guard, database)
  guard.kill(stop.signal)
  return guard.ended
}

for (const [code, situations] of Object.entries(SITUATIONS))
  for (const [name, make] of Object.entries(situations))
    (name === 'no memory' ? testOfResources : test)(`${code}: ${name}`, async (context) => {
      const given = await make(context)
      const { project, database, hide = [] } = given
      const result = await ended(context, given)
      assert.equal(result.code, Number(code), result.stderr)
      let line = withoutChance(lastLine(result), { project, database })
      for (const [value, word] of hide) line = line.replaceAll(value, word)
      pinned.check(`${code}: ${name}`, line)
      assert.doesNotMatch(result.stderr, /guard-test-\d|:secret@|:wrong@/, 'a password in the log')
    })

test('no code of the table is left out', async () => {
  const { readFileSync } = await import('node:fs')
  const table = readFileSync(`${sourceRoot}/src/base/exit_code.hpp`, 'utf8')
  const codes = [...table.matchAll(/^ {4}\w+ = (\d+),$/gm)].map((match) => match[1])
  const elsewhere = ['1'] // probe.test.mjs
  assert.deepEqual(codes.filter((code) => !(code in SITUATIONS) && !elsewhere.includes(code)), [])
})

test('--json says the same, also when nothing can be reached', async (context) => {
  const given = await atMigration(context, 2)
  for (const [url, options, code, verdict] of [
    [given.url, [], 80, 'migrations_pending'],
    ['postgresql://app:secret@127.0.0.1:1/app', ['--wait-timeout', '500ms'], 69, 'database_unreachable'],
    [urlOf('nosuch_database'), [], 77, 'database_refused'],
    ['mysql://app:secret@db/app', [], 78, 'config_invalid'],
  ]) {
    const { json, stdout, ...result } = await given.project.json(url, ['check', '--json', ...options])
    assert.equal(result.code, code, result.stderr)
    assert.equal(json.exitCode, code)
    assert.equal(json.verdict, verdict)
    assert.ok(json.message.length > 0 && json.remedy.length > 0)
    assert.match(stdout, /^\{\n[^]*\n\}\n$/, 'one object and nothing else')
    assert.doesNotMatch(stdout, /secret/)
  }
})
