// The database session behind the WebAssembly engine: one connection, kept through errors, as the native engine has it.
// Its advisory lock is per session, and an aborted transaction stays aborted for the bookkeeping that follows, which is
// how the native engine loses the `logs` of a script with a BEGIN of its own.
//
// An implementation of Prisma's driver adapter interface (@prisma/driver-adapter-utils) for just the types that the
// schema engine reads; the adapter that npm ships has a pool and cuts scripts at every semicolon.
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, DriverAdapterError } from '@prisma/driver-adapter-utils'
import pg from 'pg'

import { clientConfig } from './datasource.mjs'
import { logsOf } from './script_error.mjs'
import { splitStatements } from './statements.mjs'

const ADVISORY_LOCK = /pg_advisory_lock\(72707369\)/
const RECORDS_LOGS = /^UPDATE .*"_prisma_migrations" SET "logs" = \$1/

const utc = (text) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString().replace('Z', '+00:00')
const same = (text) => text
const list = (parse) => (text) => pg.types.arrayParser.create(text, parse).parse()
const integer = (text) => Number.parseInt(text, 10)
const boolean = (text) => text === 't'

// PostgreSQL's type number -> what the engine is told, and how the text is read.
const TYPES = new Map([
  [16, ['Boolean', boolean]],
  [18, ['Character', same]],
  [19, ['Text', same]],
  [20, ['Int64', same]],
  [21, ['Int32', integer]],
  [23, ['Int32', integer]],
  [25, ['Text', same]],
  [26, ['Int64', same]],
  [700, ['Float', Number]],
  [701, ['Double', Number]],
  [1000, ['BooleanArray', list(boolean)]],
  [1002, ['CharacterArray', list(same)]],
  [1003, ['TextArray', list(same)]],
  [1005, ['Int32Array', list(integer)]],
  [1007, ['Int32Array', list(integer)]],
  [1009, ['TextArray', list(same)]],
  [1015, ['TextArray', list(same)]],
  [1016, ['Int64Array', list(same)]],
  [1028, ['Int64Array', list(same)]],
  [1042, ['Text', same]],
  [1043, ['Text', same]],
  [1114, ['DateTime', (text) => utc(`${text}Z`)]],
  [1184, ['DateTime', utc]],
  [1700, ['Numeric', same]],
  [2950, ['Uuid', same]],
])
const typeOf = (field) => TYPES.get(field.dataTypeID) ?? ['Text', same]

const NAMED = {
  '3D000': (error) => ({ kind: 'DatabaseDoesNotExist', db: /"([^"]*)"/.exec(error.message)?.[1] }),
  '42P04': (error) => ({ kind: 'DatabaseAlreadyExists', db: /"([^"]*)"/.exec(error.message)?.[1] }),
  '28000': (error) => ({ kind: 'DatabaseAccessDenied', db: /database "([^"]*)"/.exec(error.message)?.[1] }),
  '28P01': (error) => ({ kind: 'AuthenticationFailed', user: /"([^"]*)"/.exec(error.message)?.[1] }),
  '42P01': (error) => ({ kind: 'TableDoesNotExist', table: /"([^"]*)"/.exec(error.message)?.[1] }),
  '53300': (error) => ({ kind: 'TooManyConnections', cause: error.message }),
  ENOTFOUND: (error) => ({ kind: 'DatabaseNotReachable', host: error.hostname, port: error.port }),
  EAI_AGAIN: (error) => ({ kind: 'DatabaseNotReachable', host: error.hostname, port: error.port }),
  ECONNREFUSED: (error) => ({ kind: 'DatabaseNotReachable', host: error.address, port: error.port }),
  ENOENT: (error) => ({ kind: 'DatabaseNotReachable', host: error.address, port: error.port }),
  ECONNRESET: () => ({ kind: 'ConnectionClosed' }),
  ETIMEDOUT: () => ({ kind: 'SocketTimeout' }),
}

function adapterError(error) {
  const known = NAMED[error.code]?.(error)
  const plain = { kind: 'postgres', code: error.code ?? 'N/A', severity: error.severity ?? 'N/A', message: error.message,
    detail: error.detail, column: error.column, hint: error.hint }
  return new DriverAdapterError({ originalCode: error.code, originalMessage: error.message, ...(known ?? plain) })
}

const timestamp = (value) => new Date(value).toISOString().replace('T', ' ').replace('Z', '+00')
function parameter(value, type) {
  if (Array.isArray(value)) return value.map((item) => parameter(item, type))
  return value !== null && type?.scalarType === 'datetime' ? timestamp(value) : value
}

class Session {
  provider = 'postgres'
  adapterName = 'engine-stand-in'

  /** `state.failedScript` receives what the last script failed with; `state.applying` is the migration under way. */
  constructor(place, options, state) {
    this.place = place
    this.options = options
    this.state = state
  }

  async #client() {
    if (!this.opening) {
      const client = new pg.Client(this.place.config)
      client.on('error', () => {})
      this.opening = client.connect().then(async () => {
        if (this.place.schema) await client.query(`SET search_path = "${this.place.schema}"`)
        return client
      })
    }
    return this.opening
  }

  async #query(query) {
    if (this.options.withoutLock && ADVISORY_LOCK.test(query.sql)) return { fields: [], rows: [], rowCount: 0 }
    if (this.state.failedScript && RECORDS_LOGS.test(query.sql)) query.args[0] = logsOf(this.state, query.args[0])
    try {
      const client = await this.#client()
      return await client.query({
        text: query.sql,
        values: query.args.map((value, i) => parameter(value, query.argTypes[i])),
        rowMode: 'array',
        types: { getTypeParser: (oid) => typeOf({ dataTypeID: oid })[1] },
      })
    } catch (error) {
      // The session may be in a transaction that the script left aborted: then the native engine reports this error.
      this.state.failedScript = undefined
      throw adapterError(error)
    }
  }

  async queryRaw(query) {
    const { fields, rows } = await this.#query(query)
    return {
      columnNames: fields.map((field) => field.name),
      columnTypes: fields.map((field) => ColumnTypeEnum[typeOf(field)[0]]),
      rows,
    }
  }

  async executeRaw(query) {
    return (await this.#query(query)).rowCount ?? 0
  }

  async executeScript(script) {
    if (this.options.withoutLock && ADVISORY_LOCK.test(script)) return
    for (const statement of this.options.splits ? splitStatements(script) : [script]) {
      try {
        const client = await this.#client()
        await client.query(statement)
      } catch (error) {
        this.state.failedScript = { error, script, statement }
        throw adapterError(error)
      }
    }
  }

  async startTransaction() {
    await this.executeRaw({ sql: 'BEGIN', args: [], argTypes: [] })
    return Object.assign(Object.create(this), {
      options: { ...this.options, usePhantomQuery: false },
      queryRaw: (query) => this.queryRaw(query),
      executeRaw: (query) => this.executeRaw(query),
      commit: () => this.executeRaw({ sql: 'COMMIT', args: [], argTypes: [] }),
      rollback: () => this.executeRaw({ sql: 'ROLLBACK', args: [], argTypes: [] }),
    })
  }

  getConnectionInfo() {
    return { schemaName: this.place.schema ?? undefined, supportsRelationJoins: true }
  }

  async dispose() {
    const client = await this.opening?.catch(() => undefined)
    await client?.end().catch(() => {})
  }
}

class SessionFactory {
  provider = 'postgres'
  adapterName = 'engine-stand-in'

  constructor(url, options, state) {
    this.url = url
    this.options = options
    this.state = state
  }

  async connect() {
    return new Session(clientConfig(this.url), this.options, this.state)
  }

  async connectToShadowDb() {
    const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`
    const admin = await this.connect()
    await admin.executeScript(`CREATE DATABASE "${name}"`)
    const shadow = new Session(clientConfig(this.url, name), this.options, this.state)
    const end = shadow.dispose.bind(shadow)
    shadow.dispose = async () => {
      await end()
      await admin.executeScript(`DROP DATABASE IF EXISTS "${name}"`)
      await admin.dispose()
    }
    return shadow
  }
}

/** `options.splits`: statement by statement (7.4+); `options.withoutLock`: PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK. */
export const sessionFactory = (url, options, state) =>
  bindMigrationAwareSqlAdapterFactory(new SessionFactory(url, options, state))
