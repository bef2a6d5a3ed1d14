// What stands in migration.sql: the odd ones that Prisma accepts, and those that fail.
import assert from 'node:assert/strict'

import { Project } from '../harness/project.mjs'
import { WAYS, deployed, parity, report, sendsWhole, started, test } from '../harness/scenario.mjs'
import { ANALYTICS, INIT, TAGS, first, modelsOf, scripts, shop } from '../harness/shop.mjs'

const third = (script) => ({ migrations: { ...first(2), [ANALYTICS]: script }, models: modelsOf(2), before: [INIT, TAGS] })

parity('an empty script is recorded as applied', third(''))
parity('a script of nothing but a comment', third('-- This is an empty migration.'))
parity('CRLF line ends', third(scripts[ANALYTICS].replaceAll('\n', '\r\n')))
parity('dollar quotes, semicolons in strings, nested comments', third(`/* one /* two; */ three; */
CREATE FUNCTION note() RETURNS trigger AS $body$
BEGIN
  RAISE NOTICE 'one; two';
  RETURN NEW; -- three;
END;
$body$ LANGUAGE plpgsql;
CREATE TABLE ";" (id int DEFAULT length(E'it\\'s; fine'));
`))
parity('its own BEGIN and COMMIT', third(`BEGIN;\n${scripts[ANALYTICS]}COMMIT;\n`))
parity('CREATE INDEX CONCURRENTLY alone', third('CREATE INDEX CONCURRENTLY "User_email_idx" ON "User"("email");\n'))
parity('changes of the session do not outlive the script', {
  ...third(`SET lock_timeout = '5s';\n${scripts[ANALYTICS]}`),
})

const beside = 'ALTER TABLE "User" ADD COLUMN "name" TEXT;\nCREATE INDEX CONCURRENTLY "User_email_idx" ON "User"("email");\n'
parity('CREATE INDEX CONCURRENTLY beside another statement', sendsWhole
  ? { ...third(beside), exit: 84, says: /25001|CONCURRENTLY/ }
  : { ...third(beside), native: { exit: 84, says: /CONCURRENTLY/, differs: 'natively a script is sent whole' } })

parity('fails at the first statement', { ...third('ALTER TABLE "nosuch" ADD COLUMN a int;\n'), exit: 84, says: /nosuch/ })

parity('fails at the second statement', {
  ...third(`${scripts[ANALYTICS]}ALTER TABLE "nosuch" ADD COLUMN a int;\n`),
  exit: 84,
  says: /nosuch/,
  native: sendsWhole ? {} : { differs: 'Prisma from 7.4 on leaves the first statement behind' },
})

parity('fails after a COMMIT of its own: what was committed stays', {
  ...third(`BEGIN;\n${scripts[ANALYTICS]}COMMIT;\nALTER TABLE "nosuch" ADD COLUMN a int;\n`),
  exit: 84,
})

parity('fails inside its own BEGIN', {
  ...third(`BEGIN;\n${scripts[ANALYTICS]}ALTER TABLE "nosuch" ADD COLUMN a int;\nCOMMIT;\n`),
  exit: 84,
})

parity('a byte order mark is a syntax error', { ...third(`\ufeff${scripts[ANALYTICS]}`), exit: 84, says: /42601|syntax error/ })

parity('the one before a failing one stays applied', {
  migrations: { ...first(2), [ANALYTICS]: 'SELECT nosuch;\n' },
  models: modelsOf(2),
  before: [INIT],
  exit: 84,
  afterwards: async ({ database }) => assert.equal(await database.relationExists('"Tag"'), true),
})

for (const apply of ['prisma', 'native'])
  test(`fails halfway, is told again, is resolved, goes on (${apply})`, async (context) => {
    const database = await deployed(context, first(2))
    const url = database.url()
    const project = Project.create(context, { migrations: { ...first(2), [ANALYTICS]: 'SELECT nosuch;\n' }, models: modelsOf(2) })
    const guard = (...args) => project.guard(url, args)

    const failed = await guard('--apply', apply, '--', report)
    assert.equal(failed.code, 84, failed.stderr)
    assert.match(failed.said, /column "nosuch" does not exist/)

    const again = await guard('--apply', apply, '--', report)
    assert.equal(again.code, 81, again.stderr)
    assert.match(again.lines.at(-1), /column \\"nosuch\\" does not exist/)
    assert.match(again.lines.at(-1), /migration-guard resolve --rolled-back 20251103091000_add_analytics/)

    const resolved = await guard('resolve', '--rolled-back', ANALYTICS)
    assert.equal(resolved.code, 0, resolved.stderr)
    project.migration(ANALYTICS, scripts[ANALYTICS])
    const good = await guard('--apply', apply, '--', report)
    assert.ok(started(good), good.stderr)

    const rows = (await database.ledger()).filter((row) => row.migration_name === ANALYTICS)
    assert.deepEqual(rows.map((row) => [row.finished_at !== null, row.rolled_back_at !== null, row.applied_steps_count]),
      [[false, true, 0], [true, false, 1]])
    assert.match(rows[0].logs, /nosuch/)
  })

const RESOLVE = ['resolve', '--rolled-back', ANALYTICS]

test('fails halfway, is resolved, goes on: schema and ledger are the same all three ways', async (context) => {
  const left = {}
  for (const way of ['cli', 'guard', 'native']) {
    const database = await deployed(context, first(1))
    const url = database.url()
    const project = Project.create(context, { migrations: { ...first(2), [ANALYTICS]: 'SELECT nosuch;\n' }, models: modelsOf(2) })
    const deploy = () => WAYS[way](project, url, [])
    assert.equal((await deploy()).code, way === 'cli' ? 1 : 84, way)
    const resolved = way === 'cli' ? await project.prisma(url, 'migrate', ...RESOLVE) : await project.guard(url, RESOLVE)
    assert.equal(resolved.code, 0, resolved.stderr)
    project.migration(ANALYTICS, scripts[ANALYTICS])
    const good = await deploy()
    assert.equal(good.code, 0, good.stderr)
    left[way] = { ledger: await database.ledgerFacts('public'), schema: await database.schemaText() }
  }
  assert.deepEqual(left.guard, left.cli)
  assert.deepEqual(left.native, left.cli)
  assert.equal(left.cli.ledger.length, 4)
})

test('logs of a native failure read as Prisma words them', async (context) => {
  const script = 'CREATE TABLE "A" (id int);\n\n-- no such column\nSELECT nosuch,\n  email\nFROM "User";\n'
  const logs = {}
  for (const way of ['cli', 'native']) {
    const database = await deployed(context, first(2))
    const project = Project.create(context, { migrations: { ...first(2), [ANALYTICS]: script }, models: modelsOf(2) })
    if (way === 'cli') await project.prisma(database.url(), 'migrate', 'deploy')
    else await project.guard(database.url(), ['migrate', '--apply', 'native'])
    logs[way] = (await database.ledger()).at(-1).logs
  }
  const withoutTrace = (text) => text.replace(/^ +0: [\s\S]*/m, '').trimEnd()
  assert.match(logs.native, /^A migration failed to apply\..*\n\nMigration name: 20251103091000_add_analytics\n\nDatabase error code: 42703\n/)
  if (sendsWhole) assert.equal(withoutTrace(logs.native), withoutTrace(logs.cli)) // else the positions differ
})
