// A git repository that a user of CapRover deploys: this project's top folder, but for the stages that compile the guard.
import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { ROOT, run } from '../../caprover/lib/parts.mjs'
import { GUARD_IMAGE } from './app_image.mjs'

const MIGRATIONS = 'examples/analytics-app/prisma/migrations'
const AUTHOR = ['-c', 'user.name=t', '-c', 'user.email=t@example.com']

/** Gives `folder`, `git(...args)`, `addMigration(name, sql)`, `commit(message)` (its hash) and `end()`. */
export async function makeRepository() {
  const folder = await mkdtemp(join(tmpdir(), 'guard-deployed-'))
  const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8')
  const compiled = /^# ---- build:[\s\S]*?(?=^# ---- modules)/m
  assert.match(dockerfile, compiled)
  await writeFile(join(folder, 'Dockerfile'), dockerfile.replace(compiled, `FROM ${GUARD_IMAGE} AS guard\n\n`))
  await cp(join(ROOT, 'captain-definition'), join(folder, 'captain-definition'))
  const filter = (path) => !path.includes('node_modules')
  await cp(join(ROOT, 'examples/analytics-app'), join(folder, 'examples/analytics-app'), { recursive: true, filter })
  // docs/caprover.md: CapRover sends the whole folder, whatever this file says.
  await writeFile(join(folder, '.dockerignore'), 'captain-definition\n')

  const git = async (...args) => {
    const { status, output } = await run('git', [...AUTHOR, ...args], { cwd: folder })
    assert.equal(status, 0, output)
    return output.trim()
  }
  await git('init', '-q', '-b', 'main')
  await writeFile(join(folder, '.git/info/exclude'), '*.tar\n')
  return {
    folder,
    git,
    addMigration: async (name, sql) => {
      const path = join(folder, MIGRATIONS, name, 'migration.sql')
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, sql)
    },
    removeMigration: (name) => rm(join(folder, MIGRATIONS, name), { recursive: true }),
    commit: async (message) => {
      await git('add', '-A')
      await git('commit', '-q', '-m', message)
      return git('rev-parse', 'HEAD')
    },
    end: () => rm(folder, { recursive: true }),
  }
}
