// A database that Prisma's own DDL made is silent under the guard's comparison; then one object after the other is
// dropped, and exactly what was dropped is told.
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
const schemaOf = (object) => object.schema || 'public'
const qualified = (object) => `${quote(schemaOf(object))}.${quote(object.name)}`

/** A database of its own for one schema, with a session, and a guard that looks at it when asked. */
class Bench {
  static count = 0

  async open() {
    this.name = `guard_property_${process.pid}_${++Bench.count}`
    this.admin = new pg.Client({ connectionString: server })
    await this.admin.connect()
    await this.admin.query(`CREATE DATABASE ${this.name}`)
    const url = new URL(server)
    url.pathname = `/${this.name}`
    this.db = new pg.Client({ connectionString: url.toString() })
    await this.db.connect()
    this.url = url.toString()
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

/** Views are made by hand in real projects: one column for each field. */
function createViews(tables) {
  return tables
    .filter((table) => table.kind === 'view')
    .map((view) => {
      const columns = view.columns.map((column) => `NULL::${typeOf(column)}${column.list ? '[]' : ''} AS ${quote(column.name)}`)
      return `CREATE VIEW ${qualified(view)} AS SELECT ${columns.join(', ')};`
    })
    .join('\n')
}

const typeOf = (column) => (column.isEnum ? `${quote(column.enumSchema || 'public')}.${quote(column.type)}` : column.full)

/** What can be dropped, one after the other, each with the statement and with what compare() must then say. */
function* drops(declared, told) {
  for (const table of declared.tables.filter((candidate) => candidate.kind !== 'view')) {
    for (const column of table.columns) {
      yield { sql: `ALTER TABLE ${qualified(table)} DROP COLUMN ${quote(column.name)} CASCADE`, tell: () => told.add(columnLine(table, column)) }
    }
  }
  for (const table of declared.tables) {
    const kind = table.kind === 'view' ? 'VIEW' : 'TABLE'
    yield {
      sql: `DROP ${kind} ${qualified(table)} CASCADE`,
      tell: () => {
        for (const column of table.columns) told.delete(columnLine(table, column))
        told.add(`${table.kind} ${schemaOf(table)}.${table.name}${table.ignored ? ' info' : ''}`)
      },
    }
  }
  for (const e of declared.enums) {
    yield { sql: `DROP TYPE ${qualified(e)}`, tell: () => told.add(`enum ${schemaOf(e)}.${e.name}${e.used ? '' : ' info'}`) }
  }
}

function columnLine(table, column) {
  const info = table.ignored || column.use !== 'queried' ? ' info' : ''
  return `column ${schemaOf(table)}.${table.name}.${column.name}${info}`
}

const lines = (answer) => answer.missing.map((object) => `${object.kind} ${object.object}${object.info ? ' info' : ''}`).sort()

/** Prisma cuts names at 63 characters where the server cuts at 63 bytes: with long ones its own DDL may collide. */
async function applies(db, ddl) {
  try {
    await db.query(ddl)
    return true
  } catch (error) {
    if (error.code === '42P07') return false
    throw error
  }
}

async function checkSchema(seed, major, parser) {
  const files = generate(seed, major, { applicable: true })
  if (!prisma.dmmf(major, files).value) return false
  const declared = await parser.read(files)
  const bench = new Bench()
  try {
    await bench.open()
    if (!(await applies(bench.db, await prisma.ddl(major, files)))) return false
    await bench.db.query(createViews(declared.tables))
    const about = `seed ${seed}, Prisma ${major}\n${files.map(([, text]) => text).join('\n')}`
    assert.deepEqual(await bench.read(files), { missing: [], warnings: [] }, about)
    const told = new Set()
    for (const drop of drops(declared, told)) {
      await bench.db.query(drop.sql)
      drop.tell()
      const answer = await bench.read(files)
      assert.deepEqual(lines(answer), [...told].sort(), `after ${drop.sql}\n${about}`)
      assert.deepEqual(answer.warnings, [], `after ${drop.sql}\n${about}`)
    }
  } finally {
    await bench.close()
  }
  return true
}

describe('a database made by Prisma', { skip }, () => {
  let parser
  before(() => {
    for (const program of [pslDump, schemaCompare]) assert.ok(existsSync(program), `${program} is not built`)
    parser = new Guard(pslDump)
  })
  after(() => parser?.close())

  for (const major of [6, 7]) {
    test(`Prisma ${major}: silence, then exactly what was dropped`, async () => {
      let checked = 0
      for (let seed = firstSeed; checked < perMajor; seed++) {
        assert.ok(seed < firstSeed + perMajor * 3, 'too few of the generated schemas are valid')
        if (await checkSchema(seed, major, parser)) checked++
      }
    })
  }
})
