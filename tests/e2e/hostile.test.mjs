// What nobody means to do to the guard and somebody does: each ends with its own code and a line that helps.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, unlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'

import { Database } from './harness/database.mjs'
import { guardBinary, programs, testOfResources } from './harness/environment.mjs'
import { finish, start, until } from './harness/processes.mjs'
import { Project } from './harness/project.mjs'
import { deployed, report, started, test } from './harness/scenario.mjs'
import { ANALYTICS, first, modelsOf, scripts, shop } from './harness/shop.mjs'

test('a script that leaves its transaction open: the reason is told, not the preamble of P3018', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context,
    { migrations: { ...first(2), [ANALYTICS]: `BEGIN;\n${scripts[ANALYTICS]}` }, models: modelsOf(3) })
  const result = await project.guard(database.url(), ['--apply', 'native', '--', report])
  assert.equal(result.code, 84, result.stderr)
  assert.match(result.lines.at(-1), /failed: the script leaves a transaction open \(BEGIN without COMMIT\)/)
  assert.doesNotMatch(result.lines.at(-1), /New migrations cannot be applied/)
})

/** The URL of a database with two of three migrations, for a login that may do all and has these attributes. */
async function urlOfLogin(context, attributes) {
  const rights = ['GRANT ALL ON SCHEMA public TO ROLE', 'GRANT ALL ON ALL TABLES IN SCHEMA public TO ROLE']
  return (await (await deployed(context, first(2))).login(context, rights, attributes)).url
}

test('one connection is too few to apply: the number is told', async (context) => {
  const project = Project.create(context, shop())
  const one = await project.guard(await urlOfLogin(context, 'CONNECTION LIMIT 1'),
    ['--apply', 'native', '--wait-timeout', '4s', '--', report])
  assert.equal(one.code, 69, one.stderr)
  assert.match(one.lines.at(-1), /no second connection, which applying needs: 53300 .* remedy="applying takes three connections at once/)
  for (const apply of ['native', 'prisma']) {
    const three = await project.guard(await urlOfLogin(context, 'CONNECTION LIMIT 3'),
      ['--apply', apply, '--wait-timeout', '4s', '--', report])
    assert.ok(started(three), three.stderr)
  }
})

test('a schema.prisma without models beside migrations is warned about', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, { migrations: first(2) })
  const { json, code } = await project.json(database.url(), ['check', '--json'])
  assert.equal(code, 0)
  assert.deepEqual(json.warnings.map(({ kind }) => kind), ['schemaEmpty'])
  assert.equal(json.schema.models, 0)
  for (const args of [['check'], ['check', '--no-database']]) {
    const text = await project.guard(database.url(), args)
    assert.equal(text.code, 0, text.stderr)
    assert.match(text.stdout, /warnings:\n +schema\.prisma declares no model/)
  }
})

test('diagnose --json where there is nothing to diagnose has its keys all the same', async (context) => {
  const { json, code } = await Project.create(context, {}).json('mysql://app:secret@db/app', ['diagnose', '--json'])
  assert.equal(code, 78)
  const nowhere = Project.create(context, {})
  nowhere.remove()
  mkdirSync(nowhere.directory)
  const none = await nowhere.json(undefined, ['diagnose', '--json'])
  assert.equal(none.json.verdict, 'bundle_unreadable')
  assert.equal(none.code, 66)
  assert.deepEqual(Object.keys(none.json), Object.keys(json))
})

test('a schemaPath that names half a machine is refused at once', async (context) => {
  const result = await Project.create(context, shop()).guard(undefined, ['check', '--no-database', '--schema-path', '/'])
  assert.equal(result.code, 78, result.stderr)
  assert.equal(result.lines.length, 1)
  assert.match(result.lines[0], /the schema folder \/ holds more than 20000 files and directories/)
  assert.ok(result.ms < 5000, `${result.ms} ms`)
})

test('resolveOnce as the last line prints it, for a row with a short id', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  await database.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('r1', 'x', $1)`, [ANALYTICS])
  const failed = await project.guard(database.url(), ['--apply', 'native', '--', report])
  assert.equal(failed.code, 81, failed.stderr)
  const [, order] = /MIGRATION_GUARD_RESOLVE_ONCE=(\S+@r1)/.exec(failed.lines.at(-1))
  const again = await project.guard(database.url(), ['--apply', 'native', '--', report], { env: { MIGRATION_GUARD_RESOLVE_ONCE: order } })
  assert.ok(started(again), again.stderr)
})

test('a report that cannot be written is no good news', async (context) => {
  const full = (project, database, ...args) => finish(['/bin/sh', '-c', 'exec "$0" "$@" >/dev/full', guardBinary, ...args],
    { cwd: project.directory, env: project.environment(database.url()) })
  const [database, behind] = [await deployed(context, first(3)), await deployed(context, first(2))]
  const project = Project.create(context, shop())
  for (const args of [['check'], ['check', '--json'], ['migrate'], ['diagnose', '--json'], ['config'], ['--help'], ['--version']]) {
    const result = await full(project, database, ...args)
    assert.equal(result.code, 70, `${args}: ${result.stderr}`)
    assert.match(result.lines.at(-1), /code=70 .*could not be written to standard output \(No space left on device\)/)
  }
  for (const args of [['check', '--json'], ['check'], ['diagnose']]) {
    const result = await full(project, behind, ...args)
    assert.equal(result.code, 80, `${args}: ${result.stderr}`)
    assert.match(result.stderr, /the report could not be written to standard output" reason="No space left on device"/)
  }
  const cut = await finish(['/bin/sh', '-c', '{ "$0" check; echo $? >status; } | :', guardBinary],
    { cwd: project.directory, env: project.environment(database.url()) })
  assert.equal(cut.code, 0, cut.stderr)
  assert.equal(readFileSync(project.path('status'), 'utf8'), '0\n')
})

/** A database whose report is more than a pipe holds. */
async function muchToReport(context) {
  const database = await deployed(context, first(3))
  await database.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
    SELECT g, 'x', '2030' || repeat(g::text, 20), now(), 1 FROM generate_series(1000, 2000) g`)
  return database
}

// O_NONBLOCK belongs to the open file, which a careless parent shares with what it starts.
test('a report into a pipe that does not block is complete', async (context) => {
  const project = Project.create(context, shop())
  const result = await finish(['/bin/sh', '-c', '{ "$0" nonblock=1 -- "$1" check --json; echo $? >status; } | { sleep 1; cat; }',
    path.join(programs, 'start_with'), guardBinary], { cwd: project.directory, env: project.environment((await muchToReport(context)).url()) })
  assert.equal(readFileSync(project.path('status'), 'utf8'), '0\n', result.stderr)
  assert.equal(JSON.parse(result.stdout).counts.ahead, 1001)
})

test('a report that nobody reads does not keep a stop signal from ending it', async (context) => {
  const project = Project.create(context, shop())
  const url = (await muchToReport(context)).url()
  const guard = start(context, ['/bin/sh', '-c', `"$0" check --json 2>said & echo $! >pid; wait $!; echo $? >status`, guardBinary],
    { cwd: project.directory, env: project.environment(url), stdio: ['ignore', 'pipe', 'pipe'] })
  guard.child.stdout.pause()
  const text = (file) => (project.has(file) ? readFileSync(project.path(file), 'utf8') : '')
  await until(() => /ahead/.test(text('said')), 'the look at the database')
  await new Promise((wake) => setTimeout(wake, 500))
  process.kill(Number(text('pid')), 'SIGTERM')
  await until(() => text('status') !== '', 'its end')
  assert.equal(text('status'), '143\n')
  assert.match(text('said'), /code=143 name=SIGTERM .*its report is cut short/)
})

test('a key that stands twice in captain-definition or migration-guard.yaml is refused, with its place', async (context) => {
  const project = Project.create(context, shop())
  for (const [file, text, place] of [
    ['captain-definition', '{"x-migration-guard": {"mode": "enforce"},\n "x-migration-guard": {"mode": "off"}}', '2:2: key \\\\"x-migration-guard\\\\"'],
    ['captain-definition', '{"x-migration-guard": {"mode": "enforce",\n "mode": "off"}}', '2:2: key \\\\"mode\\\\"'],
    ['migration-guard.yaml', 'mode: enforce\nmode: off\n', '2:1: key \\\\"mode\\\\"'],
  ]) {
    project.write(file, text)
    const result = await project.guard(undefined, ['check'])
    assert.equal(result.code, 78, result.stderr)
    assert.match(result.lines.at(-1), new RegExp(`${file}:${place} stands twice`))
    unlinkSync(project.path(file))
  }
})

test('a ledger that cannot be used makes no migration pending', async (context) => {
  const database = await Database.create(context)
  await database.query('CREATE VIEW _prisma_migrations AS SELECT 1 AS id')
  const project = Project.create(context, shop())
  for (const subcommand of ['check', 'diagnose']) {
    const { json, code } = await project.json(database.url(), [subcommand, '--json'])
    assert.equal(code, 89)
    assert.deepEqual(json.migrations, [])
    assert.equal(json.counts.bundled, 3)
    assert.equal(json.counts.pending, 0)
  }
  const text = await project.guard(database.url(), ['diagnose'])
  assert.match(text.stdout, /2\. recorded: not read, the ledger cannot be used; the image bundles 3 migrations/)
})

testOfResources('too few descriptors: the remedy names the limit', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  for (const limit of [6, 7, 8]) {
    const result = await finish(['/bin/sh', '-c', `ulimit -n ${limit}; exec "$0" "$@"`, guardBinary, '--apply', 'native', '--wait-timeout', '2s', '--', report],
      { cwd: project.directory, env: project.environment(database.url()) })
    assert.ok(!started(result))
    assert.match(result.lines.at(-1), /oo many open files.* remedy="raise the limit of open files.*ulimit -n/)
  }
})

for (const apply of ['native', 'prisma'])
  test(`a script that drops the ledger (${apply})`, async (context) => {
    const project = Project.create(context,
      { migrations: { ...first(2), [ANALYTICS]: 'DROP TABLE _prisma_migrations;\n' }, models: modelsOf(2) })
    const onEmpty = await Database.create(context)
    for (const database of [onEmpty, await deployed(context, first(2))]) {
      const result = await project.guard(database.url(), ['--apply', apply, '--', report])
      assert.equal(result.code, 86, result.stderr)
      assert.match(result.lines.at(-1), /the ledger _prisma_migrations was dropped while migrations were applied: .* remedy="does one of the scripts do that\?/)
    }
  })

test('connect_timeout=0 in the URL is no limit, not one of nothing', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  project.write('prisma/smoke/one.sql', 'SELECT true')
  const result = await project.guard(database.url('connect_timeout=0'), ['--apply', 'native', '--wait-timeout', '5s', '--', report])
  assert.ok(started(result), result.stderr)
})

// A way to the server that lets so many connections through, and takes further ones without a word.
async function wayFor(context, most, url) {
  const way = new URL(url)
  const { hostname, port } = way
  const sockets = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}))
    if (sockets.length > most) return
    const behind = connect(Number(port), hostname).on('error', () => socket.destroy())
    behind.once('close', () => socket.destroy())
    socket.once('close', () => behind.destroy())
    socket.pipe(behind).pipe(socket)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  way.port = server.address().port
  return way.href
}

test('a second connection that is never answered does not outlast the deadline', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const url = await wayFor(context, 1, database.url('connect_timeout=50'))
  const result = await project.guard(url, ['--apply', 'native', '--deadline', '4s', '--', report])
  assert.equal(result.code, 69, result.stderr)
  assert.ok(result.ms < 10_000, `${result.ms} ms`)
})

test('a migration whose session is ended is one finding, not two', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context,
    { migrations: { ...first(2), [ANALYTICS]: 'SELECT pg_terminate_backend(pg_backend_pid());' }, models: modelsOf(2) })
  const result = await project.guard(database.url(), ['--apply', 'native', '--', report])
  assert.equal(result.code, 84, result.stderr)
  assert.match(result.lines.at(-1), /no error is recorded .*57P01/)
  assert.doesNotMatch(result.stderr, /phase=also/)
})

test('a ledger that an event trigger forbids: no right is missing', async (context) => {
  const database = await Database.create(context)
  await database.query(`CREATE FUNCTION no_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'frozen until Monday'; END $$`)
  await database.query('CREATE EVENT TRIGGER no_ddl ON ddl_command_start EXECUTE FUNCTION no_ddl()')
  const project = Project.create(context, shop())
  for (const apply of ['native', 'prisma']) {
    const result = await project.guard(database.url(), ['--apply', apply, '--', report])
    assert.equal(result.code, 71, result.stderr)
    assert.match(result.lines.at(-1), /frozen until Monday/)
    assert.doesNotMatch(result.lines.at(-1), /grant/)
  }
})
