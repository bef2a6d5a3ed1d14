// A database that is there and yet cannot be used: each cause is told for what it is, with what takes it off.
import assert from 'node:assert/strict'

import { Project } from './harness/project.mjs'
import { deployed, report, test } from './harness/scenario.mjs'
import { first, shop } from './harness/shop.mjs'

const lastLine = (result) => result.lines.at(-1) ?? ''

/** A database with two of three migrations, and a login `app` for which `sql` was said (ROLE stands for its name). */
async function withLogin(context, sql) {
  const database = await deployed(context, first(2))
  return { database, ...await database.login(context, sql), project: Project.create(context, shop()) }
}

test('69: a locked ledger is told with who locks it, and no backend waits on', async (context) => {
  const database = await deployed(context, first(3))
  const culprit = await database.session(context)
  await culprit.query("SET application_name = 'the culprit'")
  await culprit.query('BEGIN')
  await culprit.query('LOCK TABLE _prisma_migrations')
  const project = Project.create(context, shop())
  for (const subcommand of ['run', 'check']) {
    const args = [subcommand, '--deadline', '3s', '--wait-timeout', '1s', ...(subcommand === 'run' ? ['--', report] : [])]
    const result = await project.guard(database.url(), args)
    assert.equal(result.code, 69, result.stderr)
    assert.match(lastLine(result), /cause="no answer from .* to the query of the ledger .* within .*; is something locked\? pid \d+ \(the culprit, /)
    assert.match(lastLine(result), /holds an exclusive lock on public\._prisma_migrations" remedy="end that session/)
    const left = await culprit.query("SELECT pid FROM pg_locks WHERE NOT granted AND relation = '_prisma_migrations'::regclass")
    assert.equal(left.rows.length, 0)
  }
})

test('77: row-level security that hides the ledger is no empty ledger', async (context) => {
  const { project, url } = await withLogin(context, [
    'GRANT SELECT ON ALL TABLES IN SCHEMA public TO ROLE', 'ALTER TABLE _prisma_migrations ENABLE ROW LEVEL SECURITY'])
  for (const args of [['--', report], ['--apply', 'native', '--', report], ['check'], ['baseline']]) {
    const result = await project.guard(url, args)
    assert.equal(result.code, 77, result.stderr)
    assert.match(lastLine(result), /row-level security hides its rows/)
    assert.match(lastLine(result), /BYPASSRLS/)
  }
})

test('77: a closed schema is told before what stands in it', async (context) => {
  const { project, url } = await withLogin(context, ['REVOKE ALL ON SCHEMA public FROM PUBLIC'])
  for (const parameters of ['', '?schema=public']) {
    const result = await project.guard(url + parameters, ['--', report])
    assert.equal(result.code, 77, result.stderr)
    assert.match(lastLine(result), /no USAGE on schema public.*remedy="GRANT USAGE ON SCHEMA/)
  }
})

test('69: default_transaction_read_only is no standby, for run and resolve alike', async (context) => {
  const database = await deployed(context, first(2))
  await database.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at)
    VALUES (gen_random_uuid()::text, repeat('0', 64), '20990101000000_failed', now())`)
  await database.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`)
  const project = Project.create(context, shop())
  const words = /default_transaction_read_only is on \(set by: database\).*remedy="ALTER DATABASE .*RESET default_transaction_read_only"/
  const resolved = await project.guard(database.url(), ['resolve', '--rolled-back', '20990101000000_failed'])
  assert.equal(resolved.code, 69, resolved.stderr)
  assert.match(lastLine(resolved), words)
  const other = await deployed(context, first(2))
  await other.query(`ALTER DATABASE ${other.name} SET default_transaction_read_only = on`)
  const run = await project.guard(other.url(), ['--wait-timeout', '1s', '--', report])
  assert.equal(run.code, 69, run.stderr)
  assert.match(lastLine(run), words)
})
