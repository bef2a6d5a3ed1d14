// A database that Prisma's own DDL made is silent under the guard's comparison; then one object at a time is dropped and
// put back, and exactly what went with it is told. Half of the schemas that name none stand in ?schema=other.
//
//   ./scripts/with-postgres node --test tests/differential/schema/
//
// SCHEMA_COMPARE and PSL_DUMP name the tools, GUARD_SEED the first schema, GUARD_SCHEMAS how many a major (default 8).

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { generate } from '../psl/generate.mjs'
import { Guard } from '../psl/guard.mjs'

const firstSeed = Number(process.env.GUARD_SEED ?? 1)
const perMajor = Number(process.env.GUARD_SCHEMAS ?? 8)
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const pslDump = process.env.PSL_DUMP ?? here('../../../build/dev/tests/tools/psl_dump')
const schemaCompare = process.env.SCHEMA_COMPARE ?? here('../../../build/dev/tests/tools/schema_compare')
const server = process.env.GUARD_TEST_POSTGRES

const missing = !server ? 'no server: ./scripts/with-postgres' : !existsSync(here('../node_modules')) ? '`npm ci` in tests/differential first' : undefined
const skip = missing ? `NOT RUN: ${missing}` : false
if (skip && process.env.CI) throw new Error(skip)

const prisma = skip ? undefined : await import('../psl/prisma.mjs')
const pg = skip ? undefined : (await import('pg')).default

const quote = (name) => `"${name.replaceAll('"', '""')}"`
const literal = (text) => `'${text.replaceAll("'", "''")}'`

/** A database of its own for one schema, with a session, and a guard that looks at it when asked. */
class Bench {
  static count = 0

  /** `connectionSchema`: what ?schema= names, none for public. */
  constructor(connectionSchema) {
    this.connectionSchema = connectionSchema ?? 'public'
    this.parameters = connectionSchema ? `?schema=${connectionSchema}` : ''
  }

  async open() {
    this.name = `guard_property_${process.pid}_${++Bench.count}`
    this.admin = new pg.Client({ connectionString: server })
    await this.admin.connect()
    await this.admin.query(`CREATE DATABASE ${this.name}`)
    const url = new URL(server)
    url.pathname = `/${this.name}`
    this.db = new pg.Client({ connectionString: url.toString() })
    await this.db.connect()
    this.url = url.toString() + this.parameters
    if (this.parameters) {
      await this.db.query(`CREATE SCHEMA ${this.connectionSchema}; SET search_path = ${this.connectionSchema}`)
    }
  }

  read(files) {
    this.guard ??= new Guard(schemaCompare, this.url)
    return this.guard.read(files)
  }

  async close() {
    this.guard?.close()
    await this.db?.end()
    await this.admin?.query(`DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`)
    await this.admin?.end()
  }
}

/** The declared objects under their names in one database, and the SQL that makes them again as they were. */
class Objects {
  constructor(declared, connectionSchema) {
    this.declared = declared
    this.connectionSchema = connectionSchema
    this.tables = declared.tables.filter((table) => table.kind !== 'view')
    this.views = declared.tables.filter((table) => table.kind === 'view')
  }

  schemaOf(object) {
    return object.schema || this.connectionSchema
  }

  qualified(object) {
    return `${quote(this.schemaOf(object))}.${quote(object.name)}`
  }

  line(kind, object, member, info) {
    return `${kind} ${this.schemaOf(object)}.${object.name}${member === undefined ? '' : `.${member}`}${info ? ' info' : ''}`
  }

  columnLine(table, column) {
    return this.line('column', table, column.name, table.ignored || column.use !== 'queried')
  }

  tableLine(table) {
    return this.line(table.kind, table, undefined, table.ignored)
  }

  /** Views are made by hand in real projects: one column for each field. */
  createView(view) {
    const typeOf = (column) => (column.isEnum ? this.qualified({ schema: column.enumSchema, name: column.type }) : column.full)
    const columns = view.columns.map((column) => `NULL::${typeOf(column)}${column.list ? '[]' : ''} AS ${quote(column.name)}`)
    return `CREATE VIEW ${this.qualified(view)} AS SELECT ${columns.join(', ')};`
  }

  createViews() {
    return this.views.map((view) => this.createView(view)).join('\n')
  }

  /** Columns as the server has them: a dropped one is put back with type, NOT NULL and some default. */
  async learnColumns(db) {
    const { rows } = await db.query(`
      SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
             pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS value
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE c.relkind = 'r' AND a.attnum > 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema')`)
    const key = (...names) => JSON.stringify(names)
    this.columns = new Map(rows.map((row) => [key(row.nspname, row.relname, row.attname), row]))
    this.columnOf = (table, column) => this.columns.get(key(this.schemaOf(table), table.name, column.name))
  }

  /** Columns with @ignore that refuse every row of the client; but for those that are dropped. */
  blocking(dropped = []) {
    const all = this.tables.filter((table) => !table.ignored && !dropped.includes(this.tableLine(table)))
    return all.flatMap((table) => table.columns
      .filter((column) => {
        const { attnotnull, value } = this.columnOf(table, column) ?? {}
        return column.use === 'ignored' && attnotnull && value === null && !dropped.includes(this.columnLine(table, column))
      })
      .map((column) => this.line('blocksInsert', table, column.name)))
  }

  columnSql(table, column) {
    const { type, attnotnull, value } = this.columnOf(table, column)
    const fill = value?.startsWith('nextval(') ? '0' : value // a sequence goes with its column
    return `${quote(column.name)} ${type}${attnotnull ? ' NOT NULL' : ''}${fill ? ` DEFAULT ${fill}` : ''}`
  }

  addColumn(table, column) {
    return `ALTER TABLE ${this.qualified(table)} ADD COLUMN ${this.columnSql(table, column)};`
  }

  /** What goes with an enum: the columns of that type, and views. */
  uses(declaredEnum) {
    const of = (table) => table.columns.filter((column) => column.isEnum && column.type === declaredEnum.name &&
      (column.enumSchema || this.connectionSchema) === this.schemaOf(declaredEnum))
    return {
      columns: this.tables.flatMap((table) => of(table).map((column) => [table, column])),
      views: this.views.filter((view) => of(view).length > 0),
    }
  }

  /** What can be dropped, each alone: the statement, its undoing, and what compare() must say in between. */
  * drops() {
    for (const table of this.tables) {
      for (const column of table.columns) {
        yield {
          sql: `ALTER TABLE ${this.qualified(table)} DROP COLUMN ${quote(column.name)} CASCADE`,
          undo: this.addColumn(table, column),
          told: [this.columnLine(table, column)],
        }
      }
      yield {
        sql: `DROP TABLE ${this.qualified(table)} CASCADE`,
        undo: `CREATE TABLE ${this.qualified(table)} (${table.columns.map((column) => this.columnSql(table, column)).join(', ')})`,
        told: [this.tableLine(table)],
      }
    }
    for (const view of this.views) {
      yield { sql: `DROP VIEW ${this.qualified(view)}`, undo: this.createView(view), told: [this.tableLine(view)] }
    }
    for (const declaredEnum of this.declared.enums) yield* this.enumDrops(declaredEnum)
  }

  * enumDrops(declaredEnum) {
    const { columns, views } = this.uses(declaredEnum)
    const type = this.qualified(declaredEnum)
    yield {
      sql: `DROP TYPE ${type} CASCADE`,
      undo: [`CREATE TYPE ${type} AS ENUM (${declaredEnum.values.map(literal).join(', ')});`,
        ...columns.map(([table, column]) => this.addColumn(table, column)),
        ...views.map((view) => this.createView(view))].join('\n'),
      told: [this.line('enum', declaredEnum, undefined, !declaredEnum.used),
        ...columns.map(([table, column]) => this.columnLine(table, column)), ...views.map((view) => this.tableLine(view))],
    }
    // PostgreSQL drops no label: one that is renamed is gone, and another one is too many.
    for (const value of declaredEnum.values) {
      yield {
        sql: `ALTER TYPE ${type} RENAME VALUE ${literal(value)} TO 'guard: gone'`,
        undo: `ALTER TYPE ${type} RENAME VALUE 'guard: gone' TO ${literal(value)}`,
        told: [this.line('enumValue', declaredEnum, value, !declaredEnum.used)],
        warnings: declaredEnum.used ? [this.line('extraEnumValue', declaredEnum, 'guard: gone')] : [],
      }
    }
  }
}

const lines = (answer) => answer.missing.map((object) => `${object.kind} ${object.object}${object.info ? ' info' : ''}`).sort()

/**
 * Prisma cuts names at 63 characters where the server cuts at 63 bytes: with long ones its own DDL may collide. And it lets
 * an operator class pass that does not fit the column's type (42804).
 */
async function applies(db, ddl) {
  try {
    await db.query(ddl)
    return true
  } catch (error) {
    if (['42P07', '42804'].includes(error.code)) return false
    throw error
  }
}

/** Prisma writes names of the connection's schema without it; in a schema of several it would mean public by that. */
const mayStandElsewhere = (files) => !files.some(([, text]) => /^\s*schemas\s*=/m.test(text))

async function checkDrops(bench, objects, files, about) {
  const check = async (told, warnings, when) => {
    const answer = await bench.read(files)
    assert.deepEqual(lines(answer), told.sort(), `${when}\n${about}`)
    assert.deepEqual(answer.warnings.map(({ kind, object }) => `${kind} ${object}`).sort(), warnings.sort(), `${when}\n${about}`)
  }
  await check([], objects.blocking(), 'whole')
  let dropped = 0
  for (const { sql, undo, told, warnings = [] } of objects.drops()) {
    await bench.db.query(sql)
    await check(told, [...warnings, ...objects.blocking(told)], `after ${sql}`)
    await bench.db.query(undo)
    dropped++
  }
  await check([], objects.blocking(), 'all put back')
  return dropped
}

/** How many objects were dropped; undefined when the schema is not one that can be made. */
async function checkSchema(seed, major, parser, seen) {
  const files = generate(seed, major, { applicable: true })
  if (!prisma.dmmf(major, files).value) return
  const declared = await parser.read(files)
  const elsewhere = mayStandElsewhere(files) && seen.elsewhere * 2 <= seen.unqualified
  const bench = new Bench(elsewhere ? 'other' : undefined)
  const objects = new Objects(declared, bench.connectionSchema)
  try {
    await bench.open()
    if (!(await applies(bench.db, await prisma.ddl(major, files)))) return
    await bench.db.query(objects.createViews())
    await objects.learnColumns(bench.db)
    const about = `seed ${seed}, Prisma ${major}${bench.parameters}\n${files.map(([, text]) => text).join('\n')}`
    seen.dropped += await checkDrops(bench, objects, files, about)
    if (mayStandElsewhere(files)) seen.unqualified++
    if (elsewhere) seen.elsewhere++
    seen.schemas++
  } finally {
    await bench.close()
  }
}

describe('a database made by Prisma', { skip }, () => {
  let parser
  before(() => {
    for (const program of [pslDump, schemaCompare]) assert.ok(existsSync(program), `${program} is not built`)
    parser = new Guard(pslDump)
  })
  after(() => parser?.close())

  for (const major of [6, 7]) {
    test(`Prisma ${major}: silence, then exactly what was dropped`, async (context) => {
      const seen = { schemas: 0, unqualified: 0, elsewhere: 0, dropped: 0 }
      for (let seed = firstSeed; seen.schemas < perMajor; seed++) {
        assert.ok(seed < firstSeed + perMajor * 3, 'too few of the generated schemas are valid')
        await checkSchema(seed, major, parser, seen)
      }
      assert.ok(seen.elsewhere > 0, 'no schema stood in ?schema=other')
      context.diagnostic(`${seen.dropped} objects of ${seen.schemas} schemas dropped, ${seen.elsewhere} of them in ?schema=other`)
    })
  }
})
