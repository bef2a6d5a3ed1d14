// Ledgers and images that do not match: edited, ahead, retired, failed elsewhere, no ledger at all.
import assert from 'node:assert/strict'

import { Project } from '../harness/project.mjs'
import { deployed, parity, report, started, test } from '../harness/scenario.mjs'
import { ANALYTICS, INIT, TAGS, first, modelsOf, scripts, shop } from '../harness/shop.mjs'

const all = [INIT, TAGS, ANALYTICS]
const edit = ({ project }) => project.migration(TAGS, `${scripts[TAGS]}-- a second thought\n`)

parity('an edited migration is a warning', { ...shop(), before: all, prepare: edit, says: /edited.*20250922141500_add_tags/s })

parity('an edited migration whose edit is known says nothing', {
  ...shop(),
  before: all,
  prepare: edit,
  options: ['--accept-edited', JSON.stringify([TAGS])],
})

for (const [name, change] of [
  ['an edited migration', edit],
  ['a database ahead of the image', ({ project }) => project.withoutMigration(ANALYTICS)],
])
  test(`${name} stops the app when the policy says so: 82`, async (context) => {
    const database = await deployed(context, first(3))
    const project = Project.create(context, { migrations: first(3), models: modelsOf(2) })
    change({ project })
    const policy = name.startsWith('an edited') ? '--on-edited' : '--on-database-ahead'
    const refused = await project.guard(database.url(), [policy, 'fail', '--', report])
    assert.equal(refused.code, 82, refused.stderr)
    const ignored = await project.guard(database.url(), [policy, 'ignore', '--', report])
    assert.ok(started(ignored), ignored.stderr)
  })

parity('database ahead: an older image starts', {
  migrations: first(3),
  models: modelsOf(2),
  before: all,
  prepare: ({ project }) => project.withoutMigration(ANALYTICS),
  says: /ahead.*20251103091000_add_analytics/s,
})

parity('an applied directory whose script is gone is a warning', {
  ...shop(),
  before: all,
  prepare: ({ project }) => {
    project.withoutMigration(TAGS)
    project.migration(TAGS, null)
  },
  says: /20250922141500_add_tags/,
})

// Prisma applies what sorts before it and then stops; the guard does not begin.
parity('a pending directory without a script: 66', {
  migrations: { ...first(2), [ANALYTICS]: null },
  before: [INIT, TAGS],
  exit: 66,
  says: /20251103091000_add_analytics/,
})

parity('tables but no ledger: 83', {
  ...shop(),
  prepare: ({ database }) => database.query('CREATE TABLE legacy (id int)'),
  exit: 83,
})

parity('rows of migrations that were squashed are retired, not ahead', {
  migrations: { ...first(2), '20251201000000_squashed': '-- all of the above\n' },
  before: [INIT, TAGS],
  prepare: async ({ database, project }) => {
    project.withoutMigration(INIT)
    project.withoutMigration(TAGS)
    const { code, stderr } = await project.prisma(database.url(), 'migrate', 'resolve', '--applied', '20251201000000_squashed')
    assert.equal(code, 0, stderr)
  },
  afterwards: async ({ project, url }) => {
    const { json } = await project.json(url, ['check', '--json'])
    assert.equal(json.verdict, 'ok')
    assert.deepEqual([json.counts.retired, json.counts.ahead], [2, 0])
  },
})

const LATER = '20251201090000_later'
const failLater = async ({ database }) => {
  await database.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, logs)
    VALUES (gen_random_uuid()::text, repeat('0', 64), $1, now(), 'ERROR: relation "nosuch" does not exist')`, [LATER])
}

parity("a newer release's failed row: the older image starts", {
  ...shop(),
  before: all,
  prepare: failLater,
  cliExit: 1, // P3009: Prisma refuses; a rollback must start all the same
  says: /20251201090000_later.*relation "nosuch" does not exist/s,
})

parity("a newer release's failed row, and something pending: 81", {
  ...shop(),
  before: [INIT, TAGS],
  prepare: failLater,
  exit: 81,
  says: /20251201090000_later/,
})

parity('a row that stands failed: 81, with its error', {
  ...shop(),
  before: [INIT, TAGS],
  prepare: ({ database }) => database.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, logs)
    VALUES (gen_random_uuid()::text, repeat('0', 64), $1, now(), 'ERROR: out of cheese')`, [ANALYTICS]),
  exit: 81,
  says: /out of cheese/,
})

test('line ends of another checkout are no edit', async (context) => {
  const database = await deployed(context, first(3))
  const project = Project.create(context, shop())
  for (const name of all) project.migration(name, scripts[name].replaceAll('\n', '\r\n'))
  const { json } = await project.json(database.url(), ['check', '--json'])
  assert.equal(json.verdict, 'ok')
  assert.equal(json.counts.edited, 0)
})
