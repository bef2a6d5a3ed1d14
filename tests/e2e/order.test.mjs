// Two things wrong at once: the code is that of the first in the contract's order (64, 78, 66, 126 and 127, then what the
// database says), and for the first four nothing is connected to.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'

import { Project } from './harness/project.mjs'
import { report, test } from './harness/scenario.mjs'
import { modelsOf, shop } from './harness/shop.mjs'

const BAD_URL = 'mysql://app:secret@db/app'
const NO_COMMAND = ['--', 'nosuch-program']

/** A URL whose server answers nobody and counts who came. */
async function watched(context) {
  let came = 0
  const sockets = []
  const server = createServer((socket) => {
    came++
    sockets.push(socket.on('error', () => {}))
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `postgresql://app:secret@127.0.0.1:${server.address().port}/app`, came: () => came }
}

function projects(context) {
  const empty = Project.create(context, { models: modelsOf(1) })
  const noFolder = Project.create(context, { models: modelsOf(1) })
  rmSync(noFolder.path('prisma/migrations'), { recursive: true })
  const noSchema = Project.create(context, shop())
  rmSync(noSchema.path('prisma'), { recursive: true })
  return { empty, noFolder, noSchema, good: Project.create(context, shop()) }
}

for (const [what, project, url, args, code] of [
  ['usage before everything', 'noSchema', BAD_URL, ['--nosuch', ...NO_COMMAND], 64],
  ['configuration before the bundle', 'empty', undefined, ['--wait-timeout', '3 fortnights', ...NO_COMMAND], 78],
  ['a bad URL before a missing migrations folder', 'noFolder', BAD_URL, ['--', report], 78],
  ['a bad URL before a missing schema', 'noSchema', BAD_URL, ['--', report], 78],
  ['a bad URL before an empty bundle', 'empty', BAD_URL, ['--', report], 78],
  ['a bad URL before a missing COMMAND', 'good', BAD_URL, NO_COMMAND, 78],
  ['a bad pattern before a missing COMMAND', 'good', undefined, ['--ignore-objects', '["a.b.c.d.e"]', ...NO_COMMAND], 78],
  ['a missing folder before a missing COMMAND', 'noFolder', undefined, NO_COMMAND, 66],
  ['a missing schema before a missing COMMAND', 'noSchema', undefined, NO_COMMAND, 66],
  ['an empty bundle before a missing COMMAND', 'empty', undefined, NO_COMMAND, 66],
  ['configuration before a missing COMMAND with a word that is a subcommand', 'good', BAD_URL, [...NO_COMMAND, 'check'], 78],
  ['an empty bundle before a missing COMMAND with a word that is a subcommand', 'empty', undefined, [...NO_COMMAND, '--version'], 66],
  ['a missing COMMAND before the database', 'good', undefined, NO_COMMAND, 127],
])
  test(`${what}: ${code}`, async (context) => {
    const server = await watched(context)
    const given = projects(context)[project]
    const result = await given.guard(url ?? server.url, ['--wait-timeout', '5s', ...args])
    assert.equal(result.code, code, result.stderr)
    assert.equal(server.came(), 0, 'something was connected to')
  })

test('an empty bundle before an unreachable database: 66 at once, not 69 after waitTimeout', async (context) => {
  const { empty, noFolder } = projects(context)
  for (const project of [empty, noFolder]) {
    const result = await project.guard('postgresql://app:secret@127.0.0.1:1/app', ['--wait-timeout', '30s', '--', report])
    assert.equal(result.code, 66, result.stderr)
    assert.ok(result.ms < 10_000, `${result.ms} ms`)
  }
})
