// The SQL that a warning prints does what it is printed for: said to the server as it stands, it leaves no such warning.
import assert from 'node:assert/strict'

import { Database } from './harness/database.mjs'
import { Project } from './harness/project.mjs'
import { test } from './harness/scenario.mjs'

const ID = '  id Int @id @default(autoincrement())\n'
const NAME = 'Odd "Thing"'

/** A project of one model, whose table some `sql` made (TABLE stands for its name). */
async function made(context, fields, sql, { before = '', more = '' } = {}) {
  const database = await Database.create(context)
  const table = `"${NAME.replaceAll('"', '""')}"`
  const script = `${before}CREATE TABLE ${table} (${sql});\n`
  const project = Project.create(context, { migrations: { '20250101000000_init': script },
    models: `model Thing {\n${fields}  @@map("${NAME.replaceAll('"', '\\"')}")\n}\n${more}` })
  const applied = await project.guard(database.url(), ['migrate', '--apply', 'native'])
  assert.equal(applied.code, 0, applied.stderr)
  return { database, project, table }
}

const sqlOf = ({ text }) => /: ((?:ALTER TABLE|GRANT) .*)$/.exec(text)?.[1]

/** Says what each warning prints, in the order in which they are printed; the warnings that there were. */
async function mend({ database, project }, { env, times = 1 } = {}) {
  const check = async () => (await project.json(database.url(), ['check', '--json'], { env })).json.warnings
  const warnings = await check()
  for (const warning of warnings) {
    assert.ok(sqlOf(warning), warning.text)
    await database.query(sqlOf(warning)).catch((error) => assert.fail(`${warning.text}\n${error.message}`))
  }
  if (times > 1) await mend({ database, project }, { env, times: times - 1 })
  else assert.deepEqual(await check(), [])
  return warnings
}

const kinds = (warnings) => [...new Set(warnings.map(({ kind }) => kind))]

// [Prisma's type, what the database has instead, a value]
const TYPES = [
  ['Int', "text DEFAULT '1'", "'7'", 7], ['Int', 'bigint DEFAULT 1', '7', 7], ['Int', 'boolean DEFAULT false', 'true', 1],
  ['BigInt', 'numeric(10)', '7', '7'], ['BigInt', 'boolean', 'true', '1'], ['Float', 'varchar(9)', "'1.5'", 1.5],
  ['Decimal', 'text', "'1.5'"], ['Boolean', 'smallint DEFAULT 0', '1', true], ['Boolean', "text DEFAULT 'f'", "'yes'", true],
  ['Boolean', 'numeric', '1', true], ['String', "bytea DEFAULT '\\x41'", "'\\x41'", '\\x41'], ['String', 'integer DEFAULT 1', '7', '7'],
  ['String', 'boolean', 'true', 'true'], ['String @db.VarChar(9)', 'jsonb', "'7'", '7'], ['String @db.Uuid', 'bytea', null],
  ['String @db.Uuid', 'inet', null], ['DateTime', "text DEFAULT '2025-01-01'", "'2025-01-01 10:00'"],
  ['DateTime', 'time', null], ['DateTime', 'bigint', null], ['DateTime @db.Timestamptz(6)', 'date DEFAULT now()', "'2025-01-01'"],
  ['DateTime @db.Time(6)', 'timestamp', "'2025-01-01 10:00'", '10:00:00'],
  ['Json', "text DEFAULT '{}'", `'{"a": 1}'`, { a: 1 }], ['Json', 'integer', '7', 7], ['Json', 'timestamp', "'2025-01-01 10:00'", '2025-01-01T10:00:00'],
  ['Json @db.Json', 'kind', "'A'", 'A'], ['Bytes', 'text', "'A'"], ['Bytes', 'jsonb', null],
  ['Kind', "text DEFAULT 'A'", "'A'", 'A'], ['Kind', "other DEFAULT 'A'", "'A'", 'A'], ['Kind', 'integer', null], ['String', "other DEFAULT 'A'", "'A'", 'A'],
]
const LISTS = [
  ['String[]', "text DEFAULT 'a'", "'x'", ['x']], ['String', "text[] DEFAULT '{}'", "'{x,y}'", 'x'], ['Int[]', 'text', "'7'", [7]],
  ['Int', 'text[]', "'{7}'", 7], ['Json[]', 'integer', '7', [7]], ['Json', 'timestamp[]', "'{2025-01-01}'", '2025-01-01T00:00:00'],
  ['Boolean[]', 'smallint', '1', [true]], ['Kind[]', 'text', "'A'", '{A}'], ['Kind', 'text[]', "'{A}'", 'A'],
  ['Int[]', 'boolean[]', "'{t}'", [1]], ['Json[]', "text[] DEFAULT '{}'", `'{"{}"}'`, [{}]], ['BigInt[]', 'boolean[]', "'{t}'", ['1']],
  ['DateTime[]', 'bigint[]', "'{}'"], ['Int[]', 'text[]', "'{7}'", [7]],
]

for (const [name, columns] of Object.entries({ types: TYPES, lists: LISTS })) {
  test(`columns of other ${name}`, async (context) => {
    const fields = columns.map(([type], i) => `  c${i} ${type.includes('[]') ? type : type.replace(/^\w+/, '$&?')} @map("c ""${i}")\n`.replaceAll('""', '\\"'))
    const bench = await made(context, ID + fields.join(''),
      `id serial PRIMARY KEY, ${columns.map(([, sql], i) => `"c ""${i}" ${sql}`).join(', ')}`, {
        before: "CREATE TYPE kind AS ENUM ('A'); CREATE TYPE other AS ENUM ('A'); CREATE TYPE \"Kind\" AS ENUM ('A');\n",
        more: 'enum Kind {\n  A\n}\n' })
    await bench.database.query(`INSERT INTO ${bench.table} (${columns.map((_, i) => `"c ""${i}"`).join(', ')})
      VALUES (${columns.map(([, , value]) => value ?? 'NULL').join(', ')})`)
    const warnings = await mend(bench)
    assert.deepEqual(kinds(warnings).sort(), name === 'types' ? ['typeDiffers'] : ['listDiffers', 'typeDiffers'])
    assert.equal(warnings.length, columns.length, warnings.map(({ object }) => object).join())
    const [row] = await bench.database.query(`SELECT * FROM ${bench.table}`)
    columns.forEach(([type, , value, read], i) => {
      if (read !== undefined) assert.deepEqual(row[`c "${i}`], read, `${type} of ${value}`)
    })
  })
}

test('nulls, and columns that nobody fills', async (context) => {
  const bench = await made(context, `${ID}  needed String\n  maybe String?\n  tags String[]
  key String @default(dbgenerated("gen_random_uuid()")) @db.Uuid\n  at DateTime @default(dbgenerated("now()")) @db.Timestamptz(6)\n`,
    'id integer PRIMARY KEY, needed text, maybe text NOT NULL, tags text[] NOT NULL, key uuid NOT NULL, at timestamptz NOT NULL, ' +
    'tenant text NOT NULL, "a ""b" int NOT NULL')
  const warnings = await mend(bench)
  assert.deepEqual(kinds(warnings).sort(), ['blocksInsert', 'nullabilityDiffers'])
  assert.equal(warnings.length, 8, warnings.map(({ object }) => object).join())
  await bench.database.query(`INSERT INTO ${bench.table} (needed) VALUES ('x')`)
})

test('an id that counts on from the rows that are there', async (context) => {
  const bench = await made(context, `  id Int @id @default(autoincrement()) @map("i'd")\n  name String?\n`, `"i'd" integer PRIMARY KEY, name text`)
  await bench.database.query(`INSERT INTO ${bench.table} VALUES (1, 'a'), (7, 'b')`)
  assert.deepEqual(kinds(await mend(bench)), ['blocksInsert'])
  assert.deepEqual(await bench.database.query(`INSERT INTO ${bench.table} (name) VALUES ('c') RETURNING "i'd"`), [{ "i'd": 8 }])
})

test('an id that is neither filled nor of the right type', async (context) => {
  const bench = await made(context, ID, 'id text PRIMARY KEY')
  assert.deepEqual(kinds(await mend(bench)), ['typeDiffers', 'blocksInsert'])
})

// That of the schema is told alone: without it no other is of use.
test('rights of the login of the app', async (context) => {
  const bench = await made(context, `${ID}  a String\n  b String?\n  others Other[]\n`,
    'id serial PRIMARY KEY, a text NOT NULL, b text', {
      before: 'CREATE TABLE "Other" (id serial PRIMARY KEY, "thingId" int NOT NULL);\n',
      more: 'model Other {\n  id Int @id @default(autoincrement())\n  thing Thing @relation(fields: [thingId], references: [id])\n  thingId Int\n}\n' })
  const { name, url } = await bench.database.login(context, ['REVOKE ALL ON SCHEMA public FROM PUBLIC',
    `GRANT SELECT (id, a), INSERT (b), DELETE ON ${bench.table} TO ROLE`])
  const env = { DATABASE_URL: url, DIRECT_URL: bench.database.url(), MIGRATION_GUARD_DIRECT_URL_ENV: 'DIRECT_URL' }
  const [warning, ...others] = await mend(bench, { env, times: 2 })
  assert.equal(sqlOf(warning), `GRANT USAGE ON SCHEMA "public" TO "${name}"`)
  assert.deepEqual(others, [])
  const app = { ...bench.database, query: Database.prototype.query, url: () => url }
  await app.query('INSERT INTO "Other" ("thingId") VALUES (1)')
  await app.query(`UPDATE ${bench.table} SET b = a`)
})
