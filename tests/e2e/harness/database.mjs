// A database of its own for each test, and what stands in it afterwards.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'

import { pg, serverTools, serverUrl } from './environment.mjs'

const run = promisify(execFile)

export function urlOf(name, parameters = '') {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.toString() + (parameters ? `?${parameters}` : '')
}

async function administer(sql) {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

export class Database {
  constructor(name) {
    this.name = name
  }

  /** Ended with the test: sessions cut, database dropped. `template` is another Database, nobody connected. */
  static async create(context, { template } = {}) {
    const name = `t_${randomBytes(6).toString('hex')}`
    await administer(`CREATE DATABASE ${name} TEMPLATE ${template?.name ?? 'template0'}`)
    const database = new Database(name)
    context?.after(() => database.drop())
    return database
  }

  /** A name that is free, for a database that does not exist (yet). */
  static absent(context) {
    const database = new Database(`t_${randomBytes(6).toString('hex')}`)
    context.after(() => database.drop())
    return database
  }

  async drop() {
    await administer(`DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`)
  }

  /** `parameters`: the query of the URL, for instance `schema=other`. */
  url(parameters) {
    return urlOf(this.name, parameters)
  }

  /** A session that the test holds; it ends with the test. */
  async session(context) {
    const client = new pg.Client({ connectionString: this.url() })
    client.on('error', () => {}) // the server may end it
    await client.connect()
    context.after(() => client.end().catch(() => {}))
    return client
  }

  /** A login of its own for which `sql` was said (ROLE stands for its name); it goes with the test. */
  async login(context, sql, attributes = '') {
    const name = `app_${this.name}`
    await this.query(`CREATE ROLE ${name} LOGIN PASSWORD 'app' ${attributes}`)
    context.after(() => administer(`DROP ROLE ${name}`)) // the database, and all grants in it, went first
    for (const one of sql) await this.query(one.replaceAll('ROLE', name))
    const url = new URL(this.url())
    url.username = name
    url.password = 'app'
    return { name, url: url.toString() }
  }

  async query(sql, values) {
    const client = new pg.Client({ connectionString: this.url() })
    await client.connect()
    try {
      return (await client.query(sql, values)).rows
    } finally {
      await client.end()
    }
  }

  async relationExists(name) {
    return (await this.query('SELECT to_regclass($1) IS NOT NULL AS there', [name]))[0].there
  }

  /** The rows of the ledger by started_at; without the table, null. */
  async ledger(schema = 'public') {
    if (!(await this.relationExists(`${schema}._prisma_migrations`))) return null
    return this.query(`SELECT * FROM ${schema}._prisma_migrations ORDER BY started_at, id`)
  }

  /** The ledger but for what may differ between two runs: id, times, logs. */
  async ledgerFacts(schema) {
    const rows = await this.ledger(schema)
    return rows?.map((row) => ({
      migration_name: row.migration_name,
      checksum: row.checksum,
      finished: row.finished_at !== null,
      rolledBack: row.rolled_back_at !== null,
      applied_steps_count: row.applied_steps_count,
    })) ?? null
  }

  /** pg_dump -s without what names the moment or the dump itself. */
  schemaText() {
    return this.#dumped('-s')
  }

  /** The same with every row but the ledger's. */
  dump() {
    return this.#dumped('--exclude-table-data=*._prisma_migrations')
  }

  async #dumped(...options) {
    const { stdout } = await run(path.join(serverTools, 'pg_dump'), [...options, '--no-owner', this.url()], { maxBuffer: 1 << 26 })
    return stdout.split('\n').filter((line) => line !== '' && !/^(--|\\(un)?restrict)/.test(line)).join('\n')
  }
}
