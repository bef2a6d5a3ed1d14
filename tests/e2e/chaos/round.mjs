// One round: a start of the app that something befalls, then plain restarts, and `resolve` where the guard says so.
//
// Keeps true: what is wanted of the end is wanted of every round (violations); nothing is repaired but by the guard's words.
import assert from 'node:assert/strict'

import { Random } from '../../differential/psl/random.mjs'
import { Database } from '../harness/database.mjs'
import { Project } from '../harness/project.mjs'
import { BLOWS } from './blows.mjs'
import { MODELS, NOTEBOOK, app, bundle } from './bundle.mjs'

const OPTIONS = ['--turn-timeout', '30s', '--wait-timeout', '30s']
// How the start that is struck may end. Not 70 (a fault of the guard), nor as if the image or its configuration were wrong.
const ENDS_OF_THE_STRUCK = [0, 69, 71, 75, 81, 84, 86, 143, 'SIGKILL']
const MOST_STARTS = 8

class Round {
  /** `major` of the CLI in the image; `apply`; `blow`: its name; `within`: milliseconds in which it falls. */
  constructor(seed, { apply, major, blow, within }) {
    this.random = new Random(seed)
    Object.assign(this, { seed, apply, blow })
    // Anywhere, or (since a start is mostly connecting and looking) while one of the migrations is at work.
    this.at = this.random.chance(0.4) ? { migration: 0, ms: this.random.below(within) }
      : { migration: this.random.between(1, 5), ms: this.random.below(90) }
    this.undo = []
    this.context = { after: (undo) => this.undo.push(undo) }
    this.migrations = bundle(this.random)
    this.project = Project.create(this.context, { migrations: this.migrations, models: MODELS, major })
    this.told = []
  }

  async run() {
    this.database = await Database.create(this.context)
    try {
      await this.database.query(NOTEBOOK)
      await this.#struck()
      await this.#restarts()
      await this.#end()
      return { told: this.told }
    } catch (error) {
      return { told: this.told, problem: `${this.#what()}: ${error.message}\n${this.told.join('\n')}` }
    } finally {
      for (const undo of this.undo.splice(0).reverse()) await Promise.resolve(undo()).catch(() => {})
    }
  }

  #what() {
    const when = `${this.at.ms} ms after the begin of ${this.at.migration > 0 ? `migration ${this.at.migration}` : 'all'}`
    return `seed ${this.seed}, ${this.apply}, ${this.blow} ${when}`
  }

  #start(replica = 0) {
    const url = this.database.url()
    const env = { MIGRATION_GUARD_STATE_FILE: this.project.path(`guard.${replica}.state`) }
    return this.project.startGuard(this.context, url, ['--apply', this.apply, ...OPTIONS, '--', ...app(url)], { env })
  }

  async #struck() {
    const replicas = this.random.chance(0.25) ? 2 : 1
    const guards = Array.from({ length: replicas }, (_, i) => this.#start(i))
    await this.#moment(guards)
    await BLOWS[this.blow]({ guards, database: this.database, random: this.random })
    for (const { ended } of guards) {
      const result = await ended
      const end = result.signal ?? result.code
      this.#tell(end, result)
      // psql itself, cut off: the app was started already.
      const wasTheApp = /phase=ready\b.*the app starts/.test(result.stderr) || (await this.#seen()).length > 0
      if (!wasTheApp) assert.ok(ENDS_OF_THE_STRUCK.includes(end), `the struck start ended with ${end}`)
    }
  }

  async #moment(guards) {
    const { migration, ms } = this.at
    const begun = new RegExp(`[Aa]pplying migration.*_m${migration}\\b`)
    if (migration > 0) await Promise.race(guards.map((guard) => guard.seen(begun).catch(() => guard.ended)))
    await new Promise((wake) => setTimeout(wake, ms))
  }

  #tell(end, { stderr }) {
    this.told.push(`${end}: ${stderr.trim().split('\n').slice(-3).join('\n     ').slice(0, 1500)}`)
  }

  async #seen() {
    return this.database.query('SELECT names, applied, tables FROM notes.seen')
  }

  async #restarts() {
    for (let start = 1; ; ++start) {
      assert.ok(start <= MOST_STARTS, 'the app does not come up')
      const result = await this.#start().ended
      this.#tell(result.signal ?? result.code, result)
      if (result.code === 0) return
      // A restart cures 69 and 75; whatever else is said must be 81, whose remedy is followed.
      assert.ok([69, 75, 81].includes(result.code), `a plain restart ends with ${result.code}`)
      if (result.code === 81) await this.#resolve(result.said)
    }
  }

  /**
   * "--rolled-back to have it applied again; --applied instead when its changes are all in the database"; and --applied alone
   * where the ledger tells that the script is through.
   */
  async #resolve(said) {
    const remedy = /migration-guard resolve (--rolled-back|--applied) (\S+)/.exec(said)
    assert.ok(remedy, '81 names no migration')
    const [, offered, name] = remedy
    const there = (await this.database.relationExists('trace')) && (await this.#trace()).includes(name)
    const way = there ? '--applied' : '--rolled-back'
    assert.ok(offered === way || offered === '--rolled-back', `told to resolve ${offered}, but its changes are not there`)
    const result = await this.project.guard(this.database.url(), ['resolve', way, name])
    this.told.push(`resolve ${way} ${name}: ${result.code}`)
    assert.ok([0, 69, 75].includes(result.code), `resolve ends with ${result.code}\n${result.stderr}`)
  }

  async #trace() {
    return (await this.database.query('SELECT "name" FROM "trace" ORDER BY "at"')).map((row) => row.name)
  }

  async #end() {
    const names = Object.keys(this.migrations)
    assert.deepEqual(await this.#trace(), names, 'each effect once and in its order')
    // Each finished once; whatever was begun besides is rolled back.
    const rows = (await this.database.ledger()).filter((row) => !row.rolled_back_at)
    assert.ok(rows.every((row) => row.finished_at), 'a row stands failed')
    assert.deepEqual(rows.map((row) => row.migration_name), names, 'the ledger')
    const seen = await this.#seen()
    assert.ok(seen.length > 0, 'the app has seen nothing')
    for (const one of seen) assert.deepEqual(one, { names, applied: names.length, tables: 3 }, 'an app saw an incomplete database')
    assert.equal(await this.database.schemaText(), await undisturbed(this.project, this.migrations), 'the schema')
  }
}

let schema
/** The schema of a run that nothing befell. */
function undisturbed(project) {
  schema ??= (async () => {
    const context = { after: (undo) => (context.undo = undo) }
    const database = await Database.create(context)
    await database.query(NOTEBOOK)
    const { code, stderr } = await project.guard(database.url(), ['migrate', '--apply', 'native'])
    assert.equal(code, 0, stderr)
    const text = await database.schemaText()
    await context.undo()
    return text
  })()
  return schema
}

/** { told: how each start ended, problem: undefined or what is wrong }. */
export const round = (seed, options) => new Round(seed, options).run()
