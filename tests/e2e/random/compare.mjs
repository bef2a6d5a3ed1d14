// One situation put to Prisma and to the guard, each with a database of its own.
import assert from 'node:assert/strict'

import { Project } from '../harness/project.mjs'
import { afterwards, expected, expectedOfResolve, historyOf } from './oracle.mjs'
import * as prisma from './prisma.mjs'
import { sha256 } from './situation.mjs'

// What the guard would look at beyond Prisma: the objects themselves.
const OPTIONS = ['--on-schema-mismatch', 'ignore', '--on-collision', 'ignore', '--turn-timeout', '20s']
const CREATES = { env: { MIGRATION_GUARD_CREATE_DATABASE: 'true' } } // as the CLI creates the schema

function makeProject(context, { migrations, major, lock }) {
  const project = Project.create(context, { migrations: Object.fromEntries(migrations), major })
  if (lock === null) project.withoutLock()
  else project.write('prisma/migrations/migration_lock.toml', lock)
  return project
}

/** For a CLI whose bookkeeping some scripts break: the same migrations without that (scripts.mjs). */
function unwounded(situation) {
  const text = (name, script) => situation.scripts.get(name).instead?.(script, situation.schema) ?? script
  return { ...situation, migrations: situation.migrations.map(([name, script]) => [name, text(name, script)]) }
}

const checksumsOf = ({ migrations }) => new Map(migrations.map(([name, text]) => [name, sha256(text ?? '')]))

class Comparison {
  constructor({ benches, major, cli, apply }) {
    Object.assign(this, { benches, major, cli, apply })
    this.seen = new Map()
    this.context = { after: (undo) => this.undo.push(undo) }
    this.undo = []
  }

  async run(situation) {
    try {
      await this.#deploy(situation)
      await this.#resolve(situation)
    } finally {
      for (const undo of this.undo.splice(0)) undo()
    }
  }

  async #bring(situation) {
    const [theirs, mine] = this.benches
    await Promise.all([theirs.bring(situation), mine.bring(situation)])
    const forPrisma = this.apply === 'native' ? unwounded(situation) : situation
    return { theirs, mine, forPrisma, ours: makeProject(this.context, situation), its: makeProject(this.context, forPrisma) }
  }

  async #guard(project, bench, args) {
    const result = await project.guard(bench.url(), [...args, '--json', ...OPTIONS, '--apply', this.apply], CREATES)
    return { ...result, json: result.stdout.startsWith('{') ? JSON.parse(result.stdout) : undefined }
  }

  async #deploy(situation) {
    const { theirs, mine, forPrisma, ours, its } = await this.#bring(situation)
    const outcome = this.cli ? await prisma.byCli(its, theirs.url(), 'deploy') : await prisma.deploy(its, theirs.url())
    await theirs.endOthers()
    const wanted = this.#wanted(situation, outcome)
    this.#count(`deploy ${outcome.code}/${wanted.code}`)
    await this.#checks(situation, { ours, mine, outcome, wanted })

    const migrated = await this.#guard(ours, mine, ['migrate'])
    assert.equal(migrated.code, wanted.code, `migrate after ${outcome.code} ${outcome.message}\n${migrated.stderr}`)
    await this.#sameOutcome(situation, { theirs, mine, forPrisma, wanted, migrated })
    await this.#again(situation, { ours, mine, migrated })
  }

  #wanted(situation, outcome) {
    const wanted = expected(situation, outcome)
    // Through the CLI the session is the CLI's, which says that all is well when a script leaves a transaction open; the row
    // stands failed.
    const harmed = this.apply === 'prisma' && outcome.begun.some((name) => situation.scripts.get(name).wounds === 'transaction')
    return harmed ? { ...wanted, code: 84 } : wanted
  }

  /** The two that only look: they say beforehand what comes, in its order, and write nothing. */
  async #checks(situation, { ours, mine, outcome, wanted }) {
    const look = await this.#guard(ours, mine, ['check'])
    assert.equal(look.code, wanted.check, `check after ${outcome.code}\n${look.stderr}`)
    const ahead = await this.#guard(ours, mine, ['check', '--before-deploy'])
    assert.equal(ahead.code, wanted.beforeDeploy, `check --before-deploy after ${outcome.code}\n${ahead.stderr}`)
    if (wanted.code === 66) return
    const pending = look.json.migrations.filter(({ state }) => state === 'pending').map(({ name }) => name)
    assert.deepEqual([...pending].sort(), historyOf(situation).pending.sort(), 'what is pending')
    assert.deepEqual(outcome.begun, pending.slice(0, outcome.begun.length), 'the order of what is pending')
    if (outcome.code === 'ok' && wanted.code === 0) assert.equal(outcome.begun.length, pending.length)
  }

  async #sameOutcome(situation, { theirs, mine, forPrisma, wanted, migrated }) {
    const got = await mine.outcome(checksumsOf(situation))
    if (wanted.untouched) {
      assert.deepEqual(await mine.ledger(), mine.before, 'the ledger is touched')
      return
    }
    assert.deepEqual(got, await theirs.outcome(checksumsOf(forPrisma)), `ledger\n${migrated.stderr}`)
    const [schema, their] = await Promise.all([mine.database.dump(), theirs.database.dump()])
    assert.equal(schema, their, `what stands in the database\n${migrated.stderr}`)
  }

  /** Once more, by the guard and by Prisma, on what the guard has left. */
  async #again(situation, { ours, mine, migrated }) {
    const before = await mine.ledger()
    const again = await this.#guard(ours, mine, ['migrate'])
    assert.equal(again.code, migrated.code === 84 ? 81 : migrated.code, `the second start\n${again.stderr}`)
    assert.deepEqual(again.json?.appliedNow ?? [], [], 'the second start applies something')
    assert.deepEqual(await mine.ledger(), before, 'the second start writes')
    const allowed = afterwards(migrated.code, situation)
    if (!allowed) return
    const theirs = await prisma.deploy(ours, mine.url())
    assert.ok(allowed.includes(theirs.code), `Prisma afterwards: ${theirs.code} ${theirs.message}`)
    assert.deepEqual(theirs.begun, [], 'Prisma applies something that the guard has applied')
  }

  /** So that it can be told how often which end was met. */
  #count(end) {
    this.seen.set(end, (this.seen.get(end) ?? 0) + 1)
  }

  async #resolve(situation) {
    const { way, name } = situation.resolve
    const { theirs, mine, ours } = await this.#bring(situation)
    const outcome = this.cli ? await prisma.byCli(ours, theirs.url(), 'resolve', way, name)
      : await prisma.resolve(ours, theirs.url(), way, name)
    await theirs.endOthers()
    this.#count(`resolve ${outcome.code}`)
    const result = await ours.guard(mine.url(), ['resolve', way, name], CREATES)
    const wanted = expectedOfResolve(situation, outcome)
    assert.equal(result.code, wanted, `resolve ${way} ${name} after ${outcome.code} ${outcome.message}\n${result.stderr}`)
    if (result.code !== 0) return assert.deepEqual(await mine.ledger(), mine.before, 'a refused resolve writes')
    const checksums = checksumsOf(situation)
    assert.deepEqual(await mine.outcome(checksums), await theirs.outcome(checksums), `resolve ${way} ${name}`)
  }
}

/** `benches`: one for Prisma, one for the guard; `cli`: Prisma is asked by its CLI; `apply`: of the guard. */
export const comparison = (options) => new Comparison(options)
