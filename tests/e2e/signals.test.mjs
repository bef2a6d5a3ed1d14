// Stop signals before the exec, at each moment: prompt, 128+n, and a database in a state that is said.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import path from 'node:path'

import { guardBinary, programs } from './harness/environment.mjs'
import { alive, start, until } from './harness/processes.mjs'
import { Project } from './harness/project.mjs'
import { deployed, report, started, test } from './harness/scenario.mjs'
import { ANALYTICS, INIT, TAGS, first, modelsOf, scripts, shop } from './harness/shop.mjs'

const NUMBER = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 }

// A server that accepts and says nothing; `reached` resolves with the first connection.
async function silentServer(context) {
  const sockets = new Set()
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})))
  const reached = new Promise((connected) => server.once('connection', connected))
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { reached, url: `postgresql://app:secret@127.0.0.1:${server.address().port}/app` }
}

for (const [signal, number] of Object.entries(NUMBER))
  test(`${signal} while waiting for PostgreSQL ends at once with ${128 + number}`, async (context) => {
    const project = Project.create(context, shop())
    const guard = project.startGuard(context, 'postgresql://app:secret@127.0.0.1:1/app', ['--', report])
    await guard.seen(/refused/i)
    const sent = performance.now()
    guard.kill(signal)
    const { code, ms } = await guard.ended
    assert.equal(code, 128 + number)
    assert.ok(ms + guard.began - sent < 1000, 'prompt')
  })

test('SIGTERM in the middle of a handshake that never ends', async (context) => {
  const project = Project.create(context, shop())
  const { reached, url } = await silentServer(context)
  const guard = project.startGuard(context, url, ['--connect-timeout', '30s', '--', report])
  await reached
  await new Promise((wake) => setTimeout(wake, 300))
  const sent = performance.now()
  guard.kill('SIGTERM')
  const { code, ms, stderr } = await guard.ended
  assert.equal(code, 143, stderr)
  assert.ok(guard.began + ms - sent < 1000, `${ms} ms`)
})

test('SIGTERM of a check or a migrate that answers in JSON: one object, as in every case', async (context) => {
  const project = Project.create(context, shop())
  for (const subcommand of ['check', 'migrate']) {
    const { reached, url } = await silentServer(context)
    const guard = project.startGuard(context, url, [subcommand, '--json', '--connect-timeout', '30s'])
    await reached
    guard.kill('SIGTERM')
    const { code, stdout, stderr } = await guard.ended
    assert.equal(code, 143, stderr)
    const { verdict, exitCode, message, remedy, problems, database } = JSON.parse(stdout)
    assert.deepEqual({ verdict, exitCode }, { verdict: 'interrupted', exitCode: 143 })
    assert.equal(message, 'stopped by SIGTERM: no migration was under way and nothing was changed')
    assert.deepEqual(problems, [{ verdict, exitCode, message, remedy }])
    assert.equal(database.host, '127.0.0.1')
  }
})

test('SIGTERM while another replica migrates', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  await (await database.session(context)).query('SELECT pg_advisory_lock(72707369)')
  const guard = project.startGuard(context, database.url(), ['--apply', 'native', '--', report])
  await guard.seen(/turn|lock|migrat/i)
  await new Promise((wake) => setTimeout(wake, 300))
  guard.kill('SIGTERM')
  assert.equal((await guard.ended).code, 143)
  assert.equal((await database.ledger()).length, 2)
})

const slow = (seconds, script = scripts[ANALYTICS]) => ({
  migrations: { ...first(2), [ANALYTICS]: `SELECT pg_sleep(${seconds});\n${script}`, '20251201000000_next': 'CREATE TABLE "Next" (id int);\n' },
  models: modelsOf(3),
})
const begun = (database) => until(async () => (await database.ledger()).length === 3, 'the third migration has begun', 20_000)

const busy = async (database) =>
  (await database.query(`SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE '%pg_sleep%'`))[0].n

for (const apply of ['prisma', 'native']) {
  test(`SIGTERM during a migration that ends within stopTimeout: it is completed, nothing further begins (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, slow(2))
    const guard = project.startGuard(context, database.url(), ['--apply', apply, '--stop-timeout', '20s', '--', report])
    await begun(database)
    guard.kill('SIGTERM')
    const { code, stdout, stderr } = await guard.ended
    assert.equal(code, 143, stderr)
    assert.equal(stdout, '', 'the app was not started')
    const rows = await database.ledger()
    assert.ok(rows.find((row) => row.migration_name === ANALYTICS).finished_at, 'completed')
    if (apply === 'native') assert.equal(await database.relationExists('"Next"'), false)
  })

  test(`a second SIGTERM cancels at once (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const project = Project.create(context, slow(30))
    const guard = project.startGuard(context, database.url(), ['--apply', apply, '--stop-timeout', '25s', '--', report])
    await begun(database)
    guard.kill('SIGTERM')
    await new Promise((wake) => setTimeout(wake, 500))
    const sent = performance.now()
    guard.kill('SIGTERM')
    const { code, ms } = await guard.ended
    assert.equal(code, 143)
    assert.ok(guard.began + ms - sent < 6000, 'at once')
    assert.equal(await busy(database), 0)
  })
}

test('a natively cancelled script with a COMMIT of its own stays failed', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, {
    ...slow(0),
    migrations: { ...first(2), [ANALYTICS]: `BEGIN;\n${scripts[ANALYTICS]}COMMIT;\nSELECT pg_sleep(30);\n` },
  })
  const guard = project.startGuard(context, database.url(), ['--apply', 'native', '--stop-timeout', '1s', '--', report])
  await begun(database)
  await until(() => busy(database), 'it sleeps')
  guard.kill('SIGTERM')
  assert.equal((await guard.ended).code, 143)
  const row = (await database.ledger()).find((one) => one.migration_name === ANALYTICS)
  assert.equal(row.rolled_back_at, null)
})

test('applyTimeout: the CLI, its engine and the statement end: 85', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, slow(30))
  for (const apply of ['prisma', 'native']) {
    const result = await project.guard(database.url(), ['--apply', apply, '--apply-timeout', '8s', '--', report])
    assert.equal(result.code, 85, result.stderr)
    assert.equal(await busy(database), 0)
    await database.query('UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL')
  }
})

// The session is looked for by its name; behind `SET application_name` by the connection of the CLI's own process.
test('a script that changes the name of its session is cancelled all the same', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, {
    migrations: { ...first(2), [ANALYTICS]: "SET application_name = 'pg_dump';\nSELECT pg_sleep(30);\n" }, models: modelsOf(2),
  })
  for (const apply of ['prisma', 'native']) {
    const result = await project.guard(database.url(), ['--apply', apply, '--apply-timeout', '8s', '--', report])
    assert.equal(result.code, 85, result.stderr)
    assert.match(result.said, /was cancelled on the server/)
    assert.equal(await busy(database), 0)
    await database.query('UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL')
  }
})

test('no process of the CLI outlives the guard', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  // A CLI that leaves a grandchild in a session of its own, as an engine that never ends would be.
  project.write('cli.mjs', `import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
const stray = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })
stray.unref()
writeFileSync('stray.pid', String(stray.pid))
setTimeout(() => {}, 300000)
`)
  const guard = project.startGuard(context, database.url(),
    ['--prisma-command', JSON.stringify([process.execPath, project.path('cli.mjs')]), '--stop-timeout', '1s', '--', report])
  await until(() => project.has('stray.pid'), 'the stray has started')
  const { readFileSync } = await import('node:fs')
  const stray = Number(readFileSync(project.path('stray.pid'), 'utf8'))
  guard.kill('SIGTERM')
  assert.equal((await guard.ended).code, 143)
  await until(() => !alive(stray), 'the stray has ended', 3000)
})

test('signals that were ignored or blocked at the start are still noticed while waiting', async (context) => {
  const project = Project.create(context, shop())
  const guard = start(context, [path.join(programs, 'start_with'), 'block=15', '--', guardBinary, '--', report],
    { cwd: project.directory, env: project.environment('postgresql://app:secret@127.0.0.1:1/app') })
  await guard.seen(/refused/i)
  guard.kill('SIGTERM')
  assert.equal((await guard.ended).code, 143)
})

test('a signal during the failure delay ends it', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const guard = project.startGuard(context, database.url(), ['--apply', 'never', '--failure-delay', '30s', '--', report])
  await guard.seen(/30s/)
  guard.kill('SIGTERM')
  const { code, ms } = await guard.ended
  assert.equal(code, 80)
  assert.ok(ms < 5000)
  assert.deepEqual([INIT, TAGS].length, (await database.ledger()).length)
})
