// One situation, deployed three ways from the same start: by the Prisma CLI, by the guard through the CLI, and by the guard
// natively. The schema (pg_dump) and the ledger (but for ids, times and logs) must come out equal.
import assert from 'node:assert/strict'
import path from 'node:path'
import { after } from 'node:test'

import { Database } from './database.mjs'
import { major, programs, test } from './environment.mjs'
import { Project } from './project.mjs'

export const report = path.join(programs ?? '', 'report_process')

// Databases on which the real CLI has deployed something already, kept as templates for the tests of this file.
const templates = new Map()
after(async () => {
  for (const template of templates.values()) await (await template).drop().catch(() => {})
})

async function makeTemplate(migrations, parameters) {
  const database = await Database.create(undefined)
  const project = Project.create(undefined, { migrations })
  const { code, stderr } = await project.prisma(database.url(parameters), 'migrate', 'deploy')
  project.remove()
  assert.equal(code, 0, stderr)
  return database
}

/** A new database on which the CLI of this major has deployed `migrations`. */
export async function deployed(context, migrations, parameters) {
  const key = JSON.stringify([migrations, parameters])
  if (!templates.has(key)) templates.set(key, makeTemplate(migrations, parameters))
  return Database.create(context, { template: await templates.get(key) })
}

export const WAYS = {
  cli: (project, url) => project.prisma(url, 'migrate', 'deploy'),
  guard: (project, url, extra) => project.guard(url, [...extra, '--', report]),
  native: (project, url, extra) => project.guard(url, ['--apply', 'native', ...extra, '--', report]),
}

/** What the CLI alone makes of `project` and an empty database is what stands in `database`. */
export async function assertAsTheCliAlone(context, project, database) {
  const alone = await Database.create(context)
  const { code, stderr } = await project.prisma(alone.url(), 'migrate', 'deploy')
  assert.equal(code, 0, stderr)
  assert.deepEqual(await database.ledgerFacts('public'), await alone.ledgerFacts('public'))
  assert.equal(await database.schemaText(), await alone.schemaText())
}

/** Exec'd: the app said who it is, and its own status came back. */
export const started = (result) => result.code === 0 && result.stdout.startsWith('{"argv"')

async function outcome(way, context, { migrations, before, parameters, prepare, models, options = [] }) {
  const earlier = Object.fromEntries((before ?? []).map((name) => [name, migrations[name]]))
  const database = before ? await deployed(context, earlier, parameters) : await Database.create(context)
  const project = Project.create(context, { migrations, models })
  await prepare?.({ context, database, project })
  const url = database.url(parameters)
  const result = await WAYS[way](project, url, options)
  const schema = new URL(url).searchParams.get('schema') ?? 'public'
  return { result, database, project, url, schema: await database.schemaText(), ledger: await database.ledgerFacts(schema) }
}

function checkGuard(way, { result }, exit, says) {
  assert.equal(result.code, exit, `${way} exited ${result.code}, not ${exit}:\n${result.stderr}`)
  assert.equal(started(result), exit === 0, `${way}: the app ${exit === 0 ? 'was not' : 'was'} started`)
  if (says) assert.match(result.said, says)
}

/**
 * situation: `migrations` bundled, `before` (names) deployed earlier by the CLI, `prepare` the rest of it; `parameters` of
 * the URL; `options` of the guard; `exit` of the guard (0: app started) and of the CLI (`cliExit`, default 0 or 1
 * accordingly); `says`: what the guard's log must match. `differs`: 'native' or 'guard' names a way whose result is
 * rightly another one, with its reason; `native: { exit, says }` when only the exit differs.
 */
export function parity(name, situation) {
  const { exit = 0, cliExit = exit === 0 ? 0 : 1, says, native = {}, afterwards } = situation
  test(name, async (context) => {
    const cli = await outcome('cli', context, situation)
    assert.equal(cli.result.code, cliExit, `the CLI exited ${cli.result.code}:\n${cli.result.stdout}${cli.result.stderr}`)
    for (const way of ['guard', 'native']) {
      const expected = way === 'native' ? { exit, says, ...native } : { exit, says }
      const mine = await outcome(way, context, situation)
      checkGuard(way, mine, expected.exit, expected.says)
      if (!expected.differs) {
        assert.deepEqual(mine.ledger, cli.ledger, `${way}: ledger`)
        assert.equal(mine.schema, cli.schema, `${way}: schema`)
      }
      await afterwards?.({ way, context, ...mine })
    }
  })
}

/** Prisma up to 6 sends a script whole, so that a failing one leaves nothing behind. */
export const sendsWhole = major < 7

export { major, test }
