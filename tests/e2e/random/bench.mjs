// A database that is brought into one situation after the other, and what is found in it afterwards.
import { pg } from '../harness/environment.mjs'
import { Database } from '../harness/database.mjs'
import { until } from '../harness/processes.mjs'

const CREATE_LEDGER = `CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`
const quote = (name) => `"${name}"`

export class Bench {
  /** `context`: of the test with which the database goes. */
  static async create(context) {
    const bench = new Bench()
    bench.database = await Database.create(context)
    bench.client = new pg.Client({ connectionString: bench.database.url() })
    bench.client.on('error', () => {})
    await bench.client.connect()
    context.after(() => bench.client.end().catch(() => {}))
    return bench
  }

  url() {
    return this.database.url(this.schema && `schema=${encodeURIComponent(this.schema)}`)
  }

  /** Nothing of the situation before is left, sessions included: the engine keeps its own until the process ends. */
  async empty() {
    await this.endOthers()
    const { rows } = await this.client.query(
      "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")
    for (const { nspname } of rows) await this.client.query(`DROP SCHEMA ${quote(nspname)} CASCADE`)
    await this.client.query('DROP FOREIGN DATA WRAPPER IF EXISTS w CASCADE; CREATE SCHEMA public')
  }

  async endOthers() {
    await until(async () => (await this.client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`)).rows.length === 0, 'the sessions have ended')
  }

  async bring({ migrations, schema, schemaExists, made, others, ledger }) {
    await this.empty()
    this.schema = schema
    const place = quote(schema ?? 'public')
    if (schemaExists || made.length > 0 || others) await this.client.query(`CREATE SCHEMA IF NOT EXISTS ${place}`)
    for (const [name, script] of migrations) if (script !== null && made.includes(name)) await this.#run(script, place)
    if (others) await this.#run(others, place)
    if (ledger) await this.#write(ledger, place)
    this.before = await this.ledger()
  }

  /** As an earlier deploy would have; what fails has failed. */
  async #run(script, place) {
    const only = new pg.Client({ connectionString: this.database.url() })
    only.on('error', () => {})
    await only.connect()
    try {
      await only.query(`SET search_path = ${place}`)
      await only.query(script)
    } catch {
      // as random as the rest
    } finally {
      await only.end()
    }
  }

  async #write(rows, place) {
    await this.client.query(`SET search_path = ${place}; ${CREATE_LEDGER}`)
    const fill = 'INSERT INTO _prisma_migrations SELECT * FROM json_populate_recordset(NULL::_prisma_migrations, $1)'
    await this.client.query(fill, [JSON.stringify(rows)])
    await this.client.query('RESET search_path')
  }

  /** All of it, times as text; null without the table. */
  async ledger() {
    const name = `${quote(this.schema ?? 'public')}._prisma_migrations`
    const found = await this.client.query('SELECT to_regclass($1) AS there', [name])
    if (found.rows[0].there === null) return null
    return (await this.client.query(`SELECT id, checksum, finished_at::text, migration_name, logs, rolled_back_at::text,
      started_at::text, applied_steps_count FROM ${name} t ORDER BY t.started_at, t.xmin::text::bigint, t.id`)).rows
  }

  /**
   * What has become of the ledger: of each row that was there whether it is as it was, and what is new in the order in which
   * it came; ids, times and the words of `logs` may differ. null: there is none. `checksums`: name -> the bundle's own.
   */
  async outcome(checksums) {
    const now = await this.ledger()
    if (now === null) return null
    const before = new Map((this.before ?? []).map((row) => [row.id, row]))
    const old = []
    const fresh = []
    for (const row of now) {
      const was = before.get(row.id)
      const same = was && JSON.stringify(row) === JSON.stringify(was)
      if (was) old.push(same ? `${row.id} as it was` : told(row, checksums, row.logs === was.logs))
      else fresh.push(told(row, checksums, true))
    }
    return { rows: now.length, old: old.sort(), fresh }
  }
}

function told(row, checksums, sameLogs) {
  const done = row.finished_at !== null
  return [
    row.migration_name,
    row.checksum === checksums.get(row.migration_name) ? 'checksum of the bundle' : `checksum ${row.checksum}`,
    done ? (row.logs === '' && row.started_at === row.finished_at ? 'finished at once' : 'finished') : 'unfinished',
    row.rolled_back_at ? 'rolled back' : 'stands',
    `${row.applied_steps_count} steps`,
    done ? `logs ${JSON.stringify(row.logs)}` : sameLogs ? '' : 'other logs',
  ].join(', ')
}
