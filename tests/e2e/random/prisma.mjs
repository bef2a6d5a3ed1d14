// Prisma's own engine in this process, asked as the CLI asks it: ten times as many situations in the same time. That the
// CLI itself comes to the same is shown by those situations that are put to both (random_ledger.test.mjs).
//
// Ours here, after the CLI's sources: the listing of the folder (packages/migrate/src/utils/listMigrations.ts; up to 6.5 the
// engine's own, lib/migrations_directory.mjs of the stand-in) and the connection made before any request.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { engine as engineProgram } from '../harness/environment.mjs'

// The engine's limit on its lock is a timer that it never takes back; it must not keep this process up once all is done.
const LOCK_LIMIT_MS = 10_000
const setTimer = globalThis.setTimeout
globalThis.setTimeout = (call, ms, ...rest) => {
  const timer = setTimer(call, ms, ...rest)
  return ms === LOCK_LIMIT_MS ? timer.unref() : timer
}

const part = (name) => import(path.join(path.dirname(engineProgram), 'lib', name))

function listMigrations(directory) {
  const entries = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const read = (file) => {
    try {
      return { tag: 'ok', value: readFileSync(path.join(directory, file), 'utf8') }
    } catch (error) {
      return { tag: 'error', value: error.message }
    }
  }
  const script = (name) => ({ path: 'migration.sql', content: read(`${name}/migration.sql`) })
  const lock = read('migration_lock.toml')
  return {
    baseDir: directory,
    lockfile: { path: 'migration_lock.toml', content: lock.tag === 'ok' ? lock.value : null },
    shadowDbInitScript: '',
    migrationDirectories: entries.map(({ name }) => ({ path: name, migrationFile: script(name) }))
      .sort((left, right) => left.path.localeCompare(right.path)),
  }
}

const FILTERS = { externalTables: [], externalEnums: [] }

/** { code: 'ok', a P code, or 'error' for one without; begun: names in their order; message }. */
async function asked(project, url, request) {
  const { Engines } = await part('engine.mjs')
  const { readMigrations } = await part('migrations_directory.mjs')
  const { describeError } = await part('errors.mjs')
  const begun = []
  const engines = new Engines({ DATABASE_URL: url }, (name) => begun.push(name))
  const folder = project.path('prisma/migrations')
  try {
    const schema = { path: 'schema.prisma', content: readFileSync(project.path('prisma/schema.prisma'), 'utf8') }
    const one = await engines.at(url, [schema])
    await one.ensureConnectionValidity({ datasource: { tag: 'ConnectionString', url } })
    await request(one, project.major < 6 ? readMigrations(folder) : listMigrations(folder))
    return { code: 'ok', begun, message: '' }
  } catch (error) {
    const { code, message } = describeError(error)
    return { code: engines.state.failedScript ? 'P3018' : code ?? 'error', begun, message }
  }
}

export const deploy = (project, url) =>
  asked(project, url, (engine, migrationsList) => engine.applyMigrations({ migrationsList, filters: FILTERS }))

export const resolve = (project, url, way, name) =>
  asked(project, url, (engine, migrationsList) => (way === '--applied'
    ? engine.markMigrationApplied({ migrationName: name, migrationsList, filters: FILTERS })
    : engine.markMigrationRolledBack({ migrationName: name })))

/** The same by the CLI itself. */
export async function byCli(project, url, ...args) {
  const { code, stdout, stderr } = await project.prisma(url, 'migrate', ...args)
  const begun = [...stdout.matchAll(/^Applying migration `(.*)`$/gm)].map((match) => match[1])
  const named = /^Error: (P\d{4})\b/m.exec(stderr)?.[1]
  return { code: code === 0 ? 'ok' : named ?? 'error', begun, message: stderr }
}
