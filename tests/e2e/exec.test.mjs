// What the app is given: the guard's own process and nothing else of the guard's.
import assert from 'node:assert/strict'
import path from 'node:path'

import { guardBinary, programs } from './harness/environment.mjs'
import { finish, start } from './harness/processes.mjs'
import { Project } from './harness/project.mjs'
import { deployed, report, test } from './harness/scenario.mjs'
import { first, shop } from './harness/shop.mjs'

const startWith = path.join(programs ?? '', 'start_with')

/** Runs the report behind the guard and without it, from the same start; `pending` also with something applied before. */
async function withAndWithout(context, { settings = [], pending = false, options = [], env = {}, args = ['one', 'two words', ''] } = {}) {
  const database = await deployed(context, first(pending ? 2 : 3))
  const project = Project.create(context, shop())
  const environment = project.environment(database.url(), env)
  const run = async (argv) => {
    const running = start(context, [startWith, ...settings, '--', ...argv], { cwd: project.directory, env: environment })
    const result = await running.ended
    assert.equal(result.code, 0, result.stderr)
    return { ...JSON.parse(result.stdout), spawned: running.pid, text: result.stderr }
  }
  return {
    plain: await run([report, ...args]),
    guarded: await run([guardBinary, ...options, '--', report, ...args]),
    environment,
  }
}

const SAME = ['argv', 'directory', 'environment', 'blocked', 'ignored', 'caught', 'pending', 'dumpable', 'subreaper',
  'parentDeathSignal', 'umask', 'nice', 'limits', 'children']
const numbers = (report) => Object.keys(report.descriptors).map(Number).sort((a, b) => a - b)

function assertSame({ plain, guarded }) {
  for (const key of SAME) assert.deepEqual(guarded[key], plain[key], key)
  assert.deepEqual(numbers(guarded), numbers(plain), 'descriptors')
  assert.equal(guarded.pid, guarded.spawned, 'the PID is the guard\'s')
}

const cases = {
  'nothing pending': {},
  'something applied by the Prisma CLI': { pending: true },
  'something applied natively': { pending: true, options: ['--apply', 'native'] },
  'mode off': { options: ['--mode', 'off'] },
  'mode observe': { pending: true, options: ['--mode', 'observe'] },
}
for (const [name, given] of Object.entries(cases))
  test(`the app is as without the guard: ${name}`, async (context) => assertSame(await withAndWithout(context, given)))

test('signal mask and dispositions come back as they were', async (context) => {
  const both = await withAndWithout(context, { settings: ['block=10', 'block=15', 'ignore=13', 'ignore=1', 'ignore=17', 'umask=027'], pending: true })
  assertSame(both)
  assert.equal(BigInt(`0x${both.guarded.blocked}`), (1n << 9n) | (1n << 14n))
  assert.equal(BigInt(`0x${both.guarded.ignored}`) & 0x7fffffffn, (1n << 12n) | 1n | (1n << 16n))
})

test('descriptors of the container stay, those of the guard do not', async (context) => {
  const both = await withAndWithout(context, { settings: ['open=9', 'open=33'], pending: true })
  assertSame(both)
  for (const descriptor of [0, 1, 2, 9, 33]) assert.ok(descriptor in both.guarded.descriptors, String(descriptor))
})

test('the environment is untouched: PG*, the guard\'s own, an odd one', async (context) => {
  const both = await withAndWithout(context, { env: { PGHOST: 'nowhere', PGOPTIONS: '-c broken', MIGRATION_GUARD_LOG_FORMAT: 'json', ODD: 'a=b\nc \xff' } })
  assertSame(both)
  assert.ok(both.guarded.environment.includes('PGHOST=nowhere'))
})

test('a large environment and many arguments', async (context) => {
  const env = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`LARGE_${i}`, 'x'.repeat(4000)]))
  assertSame(await withAndWithout(context, { env, args: Array.from({ length: 500 }, (_, i) => `argument ${i}`) }))
})

test('run is the default, and the word may be written', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  for (const words of [['--'], ['run', '--'], ['run', '--log-level', 'debug', '--']]) {
    const result = await project.guard(database.url(), [...words, report, '--version'])
    assert.deepEqual(JSON.parse(result.stdout).argv, [report, '--version'])
  }
})

test("the app's own status comes back", async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  for (const status of [0, 1, 77, 255]) {
    const result = await project.guard(database.url(), ['--', report], { env: { REPORT_STATUS: String(status) } })
    assert.equal(result.code, status)
  }
  const killed = await project.guard(database.url(), ['--', 'sh', '-c', 'kill -KILL $$'])
  assert.equal(killed.signal, 'SIGKILL')
})

test('COMMAND is looked up in PATH, as execvp would, relative names in the working directory', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  project.write('bin/app', `#!/bin/sh\necho "app $*"\n`, 0o755)
  const env = { PATH: `${project.path('bin')}:${process.env.PATH}` }
  for (const command of ['app', 'bin/app', './bin/app', project.path('bin/app')]) {
    const result = await project.guard(database.url(), ['--', command, 'hello'], { env })
    assert.equal(result.stdout, 'app hello\n', result.stderr)
  }
})

test('a COMMAND that is a shell is warned about', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  const result = await project.guard(database.url(), ['--', 'sh', '-c', 'exit 7'])
  assert.equal(result.code, 7)
  assert.match(result.stderr, /shell.*SIGTERM|SIGTERM.*shell/i)
})

test('COMMAND is this binary with another subcommand: exec\'d at once, nothing is applied', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  const checked = await project.json(database.url(), ['--', guardBinary, 'check', '--json'])
  assert.equal(checked.code, 80)
  assert.equal(checked.json.verdict, 'migrations_pending')
  const version = await finish([guardBinary, '--', guardBinary, '--version'], { env: { PATH: process.env.PATH } })
  assert.equal(version.code, 0, version.stderr)
  assert.equal((await database.ledger()).length, 2)
})

test('an app that cannot start never gets its migrations applied: 126, 127', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context, shop())
  project.write('plain.txt', 'no program\n', 0o644)
  project.write('crlf', '#!/bin/nosuch\r\necho\r\n', 0o755)
  for (const [command, code] of [['nosuch-program', 127], ['./nosuch', 127], ['./plain.txt', 126], ['/', 126], ['./crlf', 127]]) {
    const result = await project.guard(database.url(), ['--', command])
    assert.equal(result.code, code, `${command}: ${result.stderr}`)
    assert.match(result.stderr, new RegExp(command.replace(/[./]/g, '\\$&')))
  }
  assert.equal((await database.ledger()).length, 2)
})
