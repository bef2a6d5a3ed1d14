// Generated schemas, whose SQL this major's own `migrate diff` writes and whose database its own `migrate deploy` makes: the
// guard has nothing to say. Then one table or column at a time is dropped, and exactly that is told.
//
// Of each object in turn: differential.schema, without the CLI. GUARD_SEED names the first schema.
import assert from 'node:assert/strict'

import { generate } from '../../differential/psl/generate.mjs'
import { Database } from '../harness/database.mjs'
import { Project } from '../harness/project.mjs'
import { major, test } from '../harness/scenario.mjs'

const SCHEMAS = 2
const DROPS = 5
const firstSeed = Number(process.env.GUARD_SEED ?? 1)
const MIGRATION = '20250101000000_init'

const quote = (name) => `"${name.replaceAll('"', '""')}"`

/** A project of that schema and the database that the CLI made of it; undefined when it is none that can be made. */
async function made(context, seed) {
  const text = generate(seed, major, { applicable: true }).map(([, part]) => part).join('\n')
  // Prisma's SQL makes no view; and of what the client never asks for the absence is not told.
  if (/^\s*view\s|@ignore|@@ignore|Unsupported\(/m.test(text)) return undefined
  const project = Project.create(context, { schema: text })
  const database = await Database.create(context)
  const diff = await project.prisma(database.url(), 'migrate', 'diff', '--from-empty',
    major < 7 ? '--to-schema-datamodel' : '--to-schema', 'prisma/schema.prisma', '--script')
  if (diff.code !== 0) return undefined // not valid in this major
  project.migration(MIGRATION, diff.stdout)
  const { code, stderr } = await project.prisma(database.url(), 'migrate', 'deploy')
  // Prisma cuts long names so that its own DDL collides, and lets an operator class pass that does not fit.
  if (code !== 0 && /Database error code: (42P07|42804)/.test(stderr)) return undefined
  assert.equal(code, 0, `seed ${seed}: ${stderr}\n${text}`)
  return { project, database, about: `seed ${seed}\n${text}` }
}

/** What can be dropped: every table and every column, in an order that is no order. */
async function objectsOf(database) {
  const rows = await database.query(`
    SELECT n.nspname AS schema, c.relname AS table, a.attname AS column
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.relname <> '_prisma_migrations'
    ORDER BY md5(c.relname || coalesce(a.attname, ''))`)
  const tables = [...new Map(rows.map((row) => [`${row.schema}.${row.table}`, { ...row, column: null }])).values()]
  const most = Math.ceil(DROPS / 2)
  return [...tables.slice(0, most), ...rows.filter(({ column }) => column !== null).slice(0, DROPS - most)]
}

const check = (project, database) => project.json(database.url(), ['check', '--json'])

async function checkDrop(context, { project, database, about }, { schema, table, column }) {
  const copy = await Database.create(context, { template: database })
  const name = `${quote(schema)}.${quote(table)}`
  await copy.query(column === null ? `DROP TABLE ${name} CASCADE` : `ALTER TABLE ${name} DROP COLUMN ${quote(column)} CASCADE`)
  const { json } = await check(project, copy)
  const object = `${schema}.${table}${column === null ? '' : `.${column}`}`
  assert.deepEqual(json.schema.missing.map((missing) => missing.object), [object], about)
  assert.deepEqual(json.warnings, [], about)
}

test('silence of what the CLI made, then exactly what was dropped', async (context) => {
  let drops = 0
  let schemas = 0
  for (let seed = firstSeed; schemas < SCHEMAS; ++seed) {
    assert.ok(seed < firstSeed + SCHEMAS * 20, 'too few of the generated schemas can be made')
    const bench = await made(context, seed)
    if (!bench) continue
    const { code, json } = await check(bench.project, bench.database)
    assert.deepEqual([code, json.schema.missing, json.warnings], [0, [], []], bench.about)
    for (const object of await objectsOf(bench.database)) {
      await checkDrop(context, bench, object)
      ++drops
    }
    ++schemas
  }
  context.diagnostic(`${drops} objects of ${schemas} schemas dropped`)
})
