// Databases that come and go on the throwaway server, through psql.
import { execFileSync } from 'node:child_process'
import path from 'node:path'

const server = process.env.GUARD_TEST_POSTGRES
const psql = path.join(process.env.GUARD_TEST_POSTGRES_BIN ?? '', 'psql')

export const urlOf = (name) => `${server.slice(0, server.lastIndexOf('/'))}/${name}`

/** Rows of a query, each a list of texts; or nothing, for any other statement. Throws what the server says. */
export function query(database, statement) {
  const separators = ['-F', '\x1f', '-R', '\x1e']
  const text = execFileSync(psql, ['-qXAt', ...separators, '-v', 'ON_ERROR_STOP=1', '-c', statement, urlOf(database)],
    { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] })
  return text.replace(/\n$/, '').split('\x1e').filter(Boolean).map((row) => row.replace(/^\n/, '').split('\x1f'))
}

export function drop(name) {
  query('postgres', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
}

export function create(name, template = 'template0') {
  drop(name)
  query('postgres', `CREATE DATABASE ${name} TEMPLATE ${template}`)
  return name
}

export const quoted = (...names) => names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')

/** schema.table, schema.table.column, schema.enum and schema.enum.value: all that stands in the database. */
export function objects(database) {
  const ours = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`
  const there = new Set()
  const add = (rows) => rows.forEach((row) => there.add(row.slice(0, -1).join('.')).add(row.join('.')))
  add(query(database, `SELECT n.nspname, c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r','p','v','m','f') AND ${ours}`))
  add(query(database, `SELECT n.nspname, t.typname, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
    JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${ours}`))
  return there
}
