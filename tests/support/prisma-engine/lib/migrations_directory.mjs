// The migrations directory as the engine itself read it up to Prisma 6.5: bytewise order, real directories only.
import fs from 'node:fs'
import path from 'node:path'

function script(file) {
  try {
    return { tag: 'ok', value: fs.readFileSync(file, 'utf8') }
  } catch (error) {
    return { tag: 'error', value: error.message }
  }
}

function lockFile(directory) {
  try {
    return fs.readFileSync(path.join(directory, 'migration_lock.toml'), 'utf8')
  } catch {
    return null
  }
}

const bytewise = (left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))

export function readMigrations(directory) {
  const entries = fs.existsSync(directory) ? fs.readdirSync(directory, { withFileTypes: true }) : []
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort(bytewise)
  return {
    baseDir: directory,
    lockfile: { path: 'migration_lock.toml', content: lockFile(directory) },
    shadowDbInitScript: '',
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: script(path.join(directory, name, 'migration.sql')) },
    })),
  }
}
