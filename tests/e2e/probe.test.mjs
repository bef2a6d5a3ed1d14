// probe, for HEALTHCHECK: 0 or 1 in every case, one line on standard output, nothing on standard error. The texts are
// pinned (tests/e2e/pinned/probe.json).
import assert from 'node:assert/strict'
import { createServer } from 'node:http'

import { guardBinary } from './harness/environment.mjs'
import { Pinned } from './harness/pinned.mjs'
import { finish, until } from './harness/processes.mjs'
import { Project } from './harness/project.mjs'
import { deployed, report, test } from './harness/scenario.mjs'
import { first, shop } from './harness/shop.mjs'

const pinned = new Pinned('probe')

async function probe(project, args = [], env = {}) {
  const result = await finish([guardBinary, 'probe', ...args], { cwd: project.directory, env: project.environment('', env) })
  assert.equal(result.stderr, '', 'Docker shows standard output')
  assert.match(result.stdout, /^[^\n]+\n$/, 'one line')
  return result
}

function check(name, result, code, hide = []) {
  assert.equal(result.code, code, result.stdout)
  let line = result.stdout.trimEnd()
  for (const [value, word] of hide) line = line.replaceAll(value, word)
  pinned.check(`${code}: ${name}`, line)
}

/** An app in which the guard has passed: the state file says so. */
async function passed(context) {
  const project = Project.create(context, shop())
  const database = await deployed(context, first(3))
  const app = project.startGuard(context, database.url(), ['--', process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 1000)'])
  await app.seen(/up/, 'stdout')
  return project
}

async function answering(context, status) {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/healthz' ? status : 404
    response.end()
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  context.after(() => server.closeAllConnections())
  context.after(() => server.close())
  return String(server.address().port)
}

test('while the guard waits: unhealthy, and what for', async (context) => {
  const project = Project.create(context, shop())
  const guard = project.startGuard(context, 'postgresql://app:secret@127.0.0.1:1/app', ['--', report])
  await guard.seen(/refused/)
  await until(async () => /refused/.test((await probe(project)).stdout), 'the state file follows the log')
  const result = await probe(project)
  assert.doesNotMatch(result.stdout, /secret/)
  check('the guard waits', result, 1, [[/\d+s since/g, 'Ns since']])
})

test('the guard has passed and nothing is asked of the app: healthy', async (context) => {
  check('no port', await probe(await passed(context)), 0)
})

test('the app is asked', async (context) => {
  const project = await passed(context)
  for (const [status, code] of [[200, 0], [399, 0], [204, 0], [400, 1], [500, 1]]) {
    const port = await answering(context, status)
    check(`GET answers ${status}`, await probe(project, ['--probe-path', '/healthz'], { PORT: port }), code, [[port, 'PORT']])
  }
  const port = await answering(context, 500)
  check('TCP', await probe(project, ['--probe-port', port]), 0, [[port, 'PORT']])
  check('nobody listens', await probe(project, ['--probe-port', '1']), 1, [[/(127\.0\.0\.1:1: Connection refused).*/g, '$1; EVERY OTHER ADDRESS']])
})

test('whatever is wrong it is 1, never another code', async (context) => {
  const project = Project.create(context, shop())
  check('bad option', await probe(project, ['--nosuch']), 1)
  check('bad value', await probe(project, ['--probe-port', 'http']), 1)
  check('bad variable', await probe(project, [], { MIGRATION_GUARD_PROBE_TIMEOUT: '3 fortnights' }), 1)
  project.write('migration-guard.yaml', 'nosuchKey: 1\n')
  check('bad file', await probe(project), 1)
})

// Half a minute, since only a start of that length should have been probed.
test('a failing start of half a minute that nobody probed says so', async (context) => {
  const NOTICE = /level=warn msg="no probe was seen in this container: without HEALTHCHECK CMD/
  const starts = [false, true].map(async (probed) => {
    const project = Project.create(context, shop())
    const guard = project.startGuard(context, 'postgresql://app:secret@127.0.0.1:1/app', ['--wait-timeout', '31s', '--', report])
    await guard.seen(/refused/)
    if (probed) await probe(project)
    const { code, stderr } = await guard.ended
    assert.equal(code, 69, stderr)
    assert.equal(NOTICE.test(stderr), !probed, stderr)
  })
  await Promise.all(starts)
})
