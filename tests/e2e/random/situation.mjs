// A random bundle and a random state of the database before the start: what a seed stands for.
//
// Not what should come of it (oracle.mjs), nor how it is put into a database (bench.mjs). Keeps true: the same seed and
// major give the same situation, byte for byte; every script ends by itself within a moment.
import { createHash } from 'node:crypto'

import { Random } from '../../differential/psl/random.mjs'
import { randomScript } from './scripts.mjs'

export const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const withoutZeros = (hex) => hex.replace(/0(?=.(?:..)*$)/g, '')

// Names on whose order the two sorts of Prisma (bytewise, by locale) and every shortcut differ: one a prefix of the other,
// equal but for case, digits that are no numbers, a blank where an underscore might be.
const STAMPS = ['20250101000000', '20250101000001', '20250101', '20241231235959', '0', '00', '1', '10', '2', '0001', '']
const JOINTS = ['_', '_', '_', '-', '', '__', ' ', '.']
const SLUGS = ['init', 'Init', 'INIT', 'a', 'A', 'b', 'B', 'a_b', 'a-b', 'ab', 'aB', 'add_tags', 'add_tags2', 'add_tags_2',
  'x', '_x', '1', '01', 'é', 'e', 'ß', 'ss', 'zebra', 'Zebra', "it's", 'a"b']

function randomName(random) {
  const name = random.pick(STAMPS) + random.pick(JOINTS) + random.pick(SLUGS)
  return /^\.+$/.test(name) ? 'dots' : name
}

function randomNames(random, count, taken) {
  const names = []
  while (names.length < count) {
    const name = random.chance(0.15) && names.length > 0 ? sibling(random, random.pick(names)) : randomName(random)
    if (!taken.has(name)) names.push(name)
    taken.add(name)
  }
  return names
}

const sibling = (random, name) =>
  random.pick([`${name}_`, `${name}0`, `_${name}`, `${name} `, name.toUpperCase(), name.toLowerCase(), `${name}-a`])

const DAY = 86_400_000
const instant = (random) => new Date(random.pick([
  () => Date.UTC(2025, 0, 1 + random.below(300), random.below(24), 0, random.below(60), random.below(1000)),
  () => Date.UTC(2025, 5, 1), // more than one row of the same moment
  () => Date.UTC(2025, 5, 1 + random.below(3)),
  () => Date.UTC(2098, 0, 1 + random.below(300)), // a clock that went wrong
  () => 0,
])()).toISOString()
const later = (time, random) => new Date(Date.parse(time) + random.below(DAY)).toISOString()

const LOGS = [null, '', 'ERROR: out of cheese', 'A migration failed to apply.\nMigration name: x']

/** One row. `kind` says in which state; `script` is what is bundled now, or undefined. */
function row(random, name, kind, script) {
  const started = instant(random)
  const own = script ?? `-- ${name}`
  const checksum = random.chance(0.75) ? sha256(own) : random.pick([
    '0'.repeat(64), '', 'short', withoutZeros(sha256(own)), sha256(own.replaceAll('\n', '\r\n')), sha256(`${own}-- edited\n`),
    sha256(own).toUpperCase(),
  ])
  const times = {
    applied: [later(started, random), null],
    failed: [null, null],
    rolledBack: [null, later(started, random)],
    both: [later(started, random), later(started, random)],
    baselined: [started, null],
  }[kind]
  const steps = { applied: 1, both: 1, baselined: 0 }[kind] ?? random.below(2)
  const logs = { baselined: '', applied: null }[kind]
  return {
    id: random.chance(0.95) ? uuid(random) : `by hand ${random.below(1_000_000)}`,
    checksum,
    finished_at: times[0],
    migration_name: name,
    logs: logs === undefined ? random.pick(LOGS) : logs,
    rolled_back_at: times[1],
    started_at: started,
    applied_steps_count: random.chance(0.05) ? random.pick([-1, 7]) : steps,
  }
}

const uuid = (random) =>
  'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => random.below(16).toString(16))

const KINDS = [
  ['applied'], ['applied'], ['applied'], ['applied'], ['applied'], ['applied'], ['baselined'],
  ['rolledBack'], ['rolledBack', 'applied'], ['rolledBack', 'rolledBack'], ['both'], ['both', 'applied'], ['applied', 'applied'],
]
const FAILED = [['failed'], ['failed'], ['rolledBack', 'failed'], ['applied', 'failed'], ['failed', 'failed'], ['both', 'failed']]

function randomLedger(random, migrations, taken) {
  const rows = []
  const share = random.pick([0, 0.3, 0.6, 1, 1])
  const failures = random.pick([0, 0, 0, 0.15, 0.4])
  const add = (name, script, fails) => {
    for (const kind of random.pick(random.chance(fails) ? FAILED : KINDS)) rows.push(row(random, name, kind, script))
  }
  for (const [name, script] of migrations) if (random.chance(share)) add(name, script ?? undefined, failures)
  const unknown = random.chance(0.35) ? random.between(1, 2) : 0
  for (const name of randomNames(random, unknown, taken)) add(name, undefined, random.pick([0, 0, 0.5]))
  return random.shuffled(rows)
}

// What stands in the database beside the migrations' own objects; without a ledger some of it makes P3005 and some not.
const OTHERS = [
  'CREATE TABLE legacy (id int)',
  'CREATE UNLOGGED TABLE legacy (id int)',
  'CREATE TABLE spatial_ref_sys (id int)',
  'CREATE TABLE "Geometry_Columns" (id int)',
  'CREATE VIEW looks AS SELECT 1 AS one',
  'CREATE MATERIALIZED VIEW looks AS SELECT 1 AS one',
  'CREATE SEQUENCE numbers',
  "CREATE TYPE mood AS ENUM ('good')",
  'CREATE TABLE parts (id int) PARTITION BY RANGE (id)',
  'CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parts DEFAULT',
  'CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.legacy (id int)',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
  'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE far (id int) SERVER s',
]

const LOCKS = [null, 'provider = "mysql"\n', '', 'provider="postgresql"\n', '# x\r\nprovider = "postgresql"\r\n']

const SCHEMAS = [undefined, undefined, undefined, 'public', 'other', 'My Shop']

/**
 * { seed, major, migrations: [[name, text of the script or null]], scripts: Map(name -> what scripts.mjs tells of it),
 *   schema: of the URL or undefined, schemaExists, ledger: rows or null, made: names whose scripts have run, others: SQL,
 *   lock: text of migration_lock.toml or null, resolve: { way, name } }
 */
export function situationOf(seed, major) {
  const random = new Random(seed * 8 + major)
  const taken = new Set()
  const scripts = new Map()
  const count = random.between(1, 6)
  const fragile = random.pick([0, 0.1, 0.4])
  randomNames(random, count, taken).forEach((name, i) =>
    scripts.set(name, random.chance(0.03) ? { text: null } : randomScript(random, { major, name, i, fragile })))
  const migrations = [...scripts].map(([name, { text }]) => [name, text])
  const ledger = random.chance(0.2) ? null : randomLedger(random, migrations, taken)
  const stands = (name) => ledger?.some((one) => one.migration_name === name && one.finished_at) ?? random.chance(0.1)
  const schema = random.pick(SCHEMAS)
  const names = [...migrations.map(([name]) => name), ...(ledger ?? []).map((one) => one.migration_name), 'nosuch']
  return {
    seed,
    major,
    migrations,
    scripts,
    schema,
    schemaExists: ledger !== null || random.chance(0.5),
    ledger,
    made: migrations.map(([name]) => name).filter((name) => random.chance(stands(name) ? 0.85 : 0.04)),
    others: random.chance(ledger ? 0.2 : 0.4) ? random.pick(OTHERS) : '',
    lock: random.chance(0.95) ? 'provider = "postgresql"\n' : random.pick(LOCKS),
    resolve: { way: random.pick(['--applied', '--rolled-back']), name: random.pick(names) },
  }
}
