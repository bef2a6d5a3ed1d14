// The tool that replays the releases of published projects, on a history made here: five releases, a folder that moves, a
// migration merged late, a column that is removed, a schema ahead of its migrations. And that it tells a guard that is wrong.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

import { guardBinary, sourceRoot, test } from './harness/environment.mjs'
import { Project } from './harness/project.mjs'

const user = (...lines) => `model User {\n  id Int @id\n${lines.map((line) => `  ${line}\n`).join('')}}\n`
const TAG = 'enum Colour {\n  RED\n  BLUE\n}\n\nmodel Tag {\n  id Int @id\n  colour Colour\n}\n'
const EVENT = 'model Event {\n  id Int @id\n}\n'

function history(context) {
  const project = Project.create(context, { cli: false })
  const own = ['-C', project.directory, '-c', 'user.name=t', '-c', 'user.email=t@example.com']
  const git = (...args) => execFileSync('git', [...own, ...args], { stdio: 'pipe' })
  const release = (name) => {
    git('add', '-A')
    git('commit', '-qm', name)
  }
  git('init', '-q')
  project.models(user('email String', 'old String'))
  project.migration('1_init', 'CREATE TABLE "User" (id int PRIMARY KEY, email text NOT NULL, old text NOT NULL);\n')
  release('one')
  project.models(user('email String', 'old String') + TAG)
  project.migration('3_tag',
    'CREATE TYPE "Colour" AS ENUM (\'RED\', \'BLUE\');\nCREATE TABLE "Tag" (id int PRIMARY KEY, colour "Colour" NOT NULL);\n')
  release('two')
  project.migration('2_old', 'ALTER TABLE "User" DROP COLUMN old;\n')
  project.models(user('email String') + TAG)
  mkdirSync(project.path('packages/db'), { recursive: true })
  renameSync(project.path('prisma'), project.path('packages/db/prisma'))
  release('three, moved, a migration merged late')
  project.write('packages/db/prisma/event.prisma', EVENT)
  release('four, whose migration is forgotten')
  project.write('packages/db/prisma/migrations/4_event/migration.sql', 'CREATE TABLE "Event" (id int PRIMARY KEY);\n')
  release('five')
  return project
}

async function replay(project, points, guard = guardBinary) {
  const script = path.join(sourceRoot, 'scripts/replay-releases')
  const options = { env: { ...process.env, GUARD_BINARY: guard }, timeout: 500_000 }
  return promisify(execFile)(script, ['--points', points, project.directory], options)
    .then(({ stdout }) => ({ code: 0, stdout }), (error) => error)
}

const patient = { timeout: 540_000 }

test('every release of a history against every other one', patient, async (context) => {
  const result = await replay(history(context), '5')
  assert.equal(result.code, 0, result.stdout + result.stderr)
  assert.match(result.stdout, /packages\/db\/prisma\/migrations: 5 releases, 1 unfit, 6 pairs, 12 rollbacks, 11 started, 1 late, /)
  assert.match(result.stdout, / 6 upgrades, 6 deployed, 0 refused, 0 lacking, (\d+) taken, \1 told; /)
  assert.match(result.stdout, /takes no part: \w{9}: lacks public\.Event\n/)
  assert.doesNotMatch(result.stdout, /WRONG/)
})

for (const [variable, value, points, told] of [
  ['ON_DATABASE_AHEAD', 'fail', '2', /WRONG LOCKED OUT: .*\| 82 \|/],
  ['ON_SCHEMA_MISMATCH', 'warn', '2', /WRONG GONE, NOT TOLD: /],
  ['ON_OUT_OF_ORDER', 'fail', '4', /WRONG REFUSED: .*2_old/],
])
  test(`a guard that is wrong (${variable}=${value}) is told`, patient, async (context) => {
    const project = history(context)
    project.write('guard', `#!/bin/sh\nMIGRATION_GUARD_${variable}=${value} exec ${guardBinary} "$@"\n`, 0o755)
    const result = await replay(project, points, project.path('guard'))
    assert.equal(result.code, 1, result.stdout + result.stderr)
    assert.match(result.stdout, told)
  })
