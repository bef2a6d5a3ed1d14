// Releases of a project against each other's databases; scripts/replay-releases says what is asked and expected.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { Image, missing } from './image.mjs'
import { mutations } from './mutations.mjs'
import { lines, sample } from './releases.mjs'
import { create, drop, query } from './server.mjs'

// What `prisma migrate deploy` would do: it has none of these policies.
const POLICIES = ['edited', 'database-ahead', 'out-of-order', 'collision', 'schema-mismatch']
const AS_PRISMA = ['migrate', ...POLICIES.flatMap((what) => [`--on-${what}`, 'ignore'])]

const isEqual = (one, other) => JSON.stringify(one) === JSON.stringify(other)
const isWithin = (one, other) => one.every((name) => other.includes(name))

export class Line {
  constructor(images) {
    this.images = images
    this.counts = { releases: images.length, unfit: 0, pairs: 0, rollbacks: 0, started: 0, late: 0, upgrades: 0, deployed: 0,
      refused: 0, lacking: 0, taken: 0, told: 0 }
    this.wrong = []
    this.unfit = []
    this.slowest = 0
  }

  replay() {
    this.deploy()
    this.images.forEach((older, at) => {
      this.takeAway(older)
      for (const newer of this.images.slice(at + 1)) {
        this.counts.pairs += 1
        this.rollback(older, newer, newer.database, newer.lacks.get(older))
        this.upgrade(older, newer)
      }
      for (const newer of new Set([this.images[at + 1], this.images.at(-1)])) {
        if (newer && newer !== older) this.upgradeWithout(older, newer)
      }
    })
    this.images.forEach(({ database }) => drop(database))
  }

  fault(what, ...facts) {
    this.wrong.push(`${what}: ${facts.map((fact) => (typeof fact === 'string' ? fact : JSON.stringify(fact)).slice(0, 300)).join(' | ')}`)
  }

  /** A database from nothing for each release. Scripts that fail, or a schema ahead of its migrations: it takes no part. */
  deploy() {
    for (const [at, image] of this.images.entries()) {
      image.database = create(`replay_${at}`)
      const migrated = image.ask(image.database, ...AS_PRISMA)
      const looks = [1, 2, 3].map(() => image.check(image.database))
      this.slowest = Math.max(this.slowest, Math.min(...looks.map((look) => look.timings.totalMs)))
      const told = missing(looks[0])
      const absent = image.absent(image.database)
      image.fits = migrated.exitCode === 0 && looks[0].exitCode === 0 && absent.length === 0
      image.lacks = new Map(this.images.map((other) => [other, other.absent(image.database)]))
      if (image.fits) continue
      this.unfit.push(`${image.commit}: ${migrated.exitCode === 0 ? `lacks ${absent.join(', ')}` : migrated.message}`)
      const agrees = looks[0].exitCode === (migrated.exitCode === 0 ? 87 : 81) && isWithin(absent, told)
      if (!agrees) this.fault('its own database', image.commit, migrated.message, looks[0].message, told, { absent })
    }
    this.counts.unfit = this.unfit.length
    this.images.filter(({ fits }) => !fits).forEach(({ database }) => drop(database))
    this.images = this.images.filter(({ fits }) => fits)
  }

  /** An older release on a newer one's database: it starts, whatever has been removed since. */
  rollback(older, newer, database, lacks) {
    this.counts.rollbacks += 1
    const verdict = older.check(database)
    if (verdict.exitCode === 0) {
      const started = older.guard(database, ['run', '--', '/bin/true'])
      if (started.status !== 0) this.fault('checked, not started', older.commit, newer.commit, started.stderr)
      const told = removedByNewer(verdict)
      if (!isWithin(lacks, told)) this.fault('removed, not told', older.commit, newer.commit, { lacks, told })
      this.counts.started += 1
      return
    }
    const unknown = [...older.scripts.keys()].filter((name) => !newer.has(name))
    const copy = create('replay_copy', database)
    const started = older.ask(copy, 'migrate')
    create(copy, database)
    const prisma = older.ask(copy, ...AS_PRISMA)
    const absent = older.absent(copy)
    const ahead = verdict.counts.ahead > 0
    if (started.exitCode === 0) this.counts.started += 1
    // It never ran there: a script of its own, gone since, is pending; and it fails, or leaves what does not fit.
    else if (unknown.length > 0 && prisma.exitCode !== 0) this.counts.refused += 1
    else if (unknown.length > 0 && absent.length > 0) this.counts.lacking += 1
    // Nor did it here: what took the object away sorts before the newest that it bundles, and was applied before that.
    else if (verdict.exitCode === 87 && !ahead && isWithin(missing(verdict), lacks)) this.counts.late += 1
    else this.fault('LOCKED OUT', older.commit, newer.commit, verdict.exitCode, verdict.message, started.message, { absent, unknown })
  }

  /** A newer release on an older one's database, `statement` run there first: told before the deploy what becomes of it. */
  upgrade(older, newer, statement) {
    const copy = create('replay_upgrade', older.database)
    if (statement) query(copy, statement)
    const pending = [...newer.scripts.keys()].filter((name) => !older.has(name))
    const before = newer.ask(copy, 'check', '--before-deploy')
    const now = newer.check(copy)
    const migrated = newer.ask(copy, 'migrate')
    const after = newer.check(copy)
    const codes = [before, now, migrated, after].map(({ exitCode }) => exitCode)
    if (!statement) this.order(older, newer, pending, before)
    this.counts[statement ? 'taken' : 'upgrades'] += 1
    if (isEqual(codes, [0, pending.length > 0 ? 80 : 0, 0, 0])) {
      this.counts[statement ? 'told' : 'deployed'] += 1
      const absent = newer.absent(copy)
      // The older one has a script that is gone from the folder since: its row may be the newest, as after a rollback.
      const unknown = [...older.scripts.keys()].some((name) => !newer.has(name))
      if (!(unknown && isWithin(absent, removedByNewer(after))) && absent.length > 0) {
        this.fault('does not fit, starts', older.commit, newer.commit, statement ?? '', absent)
      }
      if (!statement) this.rollback(older, newer, copy, older.absent(copy))
      return
    }
    create(copy, older.database)
    if (statement) query(copy, statement)
    const prisma = newer.ask(copy, ...AS_PRISMA)
    const absent = newer.absent(copy)
    const why = [older.commit, newer.commit, statement ?? '', codes, before.message, migrated.message, { prisma: prisma.exitCode, absent }]
    if (prisma.exitCode === 0 && absent.length === 0) this.fault('REFUSED', ...why)
    else if (codes[0] === 0 && migrated.exitCode !== 84) this.fault('promised, not kept', ...why)
    else if (prisma.exitCode === 0 && !isWithin(absent, missing(before))) this.fault('told wrong', ...why, missing(before))
    else this.counts[statement ? 'told' : prisma.exitCode === 0 ? 'lacking' : 'refused'] += 1
  }

  /** A pending script that sorts before an applied one, and no other, is out of order. */
  order(older, newer, pending, verdict) {
    const newest = [...older.scripts.keys()].filter((name) => newer.has(name) || isAhead(verdict, name)).sort().at(-1)
    const expected = pending.filter((name) => name < newest).sort()
    const found = verdict.migrations.filter(({ findings }) => findings.includes('outOfOrder')).map(({ name }) => name).sort()
    if (!isEqual(expected, found)) this.fault('out of order', older.commit, newer.commit, { expected, found })
  }

  /** One object after another is taken from a database that fits: 87, and that very object. */
  takeAway(image) {
    for (const [object, statement] of mutations(image.declared, this.counts.taken)) {
      const copy = create('replay_copy', image.database)
      query(copy, statement)
      const verdict = image.check(copy)
      this.counts.taken += 1
      if (verdict.exitCode !== 87 || !isEqual(missing(verdict), [object])) {
        this.fault('GONE, NOT TOLD', image.commit, object, verdict.message, missing(verdict))
      } else {
        this.counts.told += 1
      }
    }
  }

  upgradeWithout(older, newer) {
    const names = new Set(newer.declared.tables.map(nameOf))
    const tables = older.declared.tables.filter((table) => names.has(nameOf(table)))
    for (const [, statement] of mutations({ tables, enums: [] }, this.counts.taken)) {
      this.upgrade(older, newer, statement)
    }
  }
}

const removedByNewer = ({ warnings }) => warnings.filter(({ kind }) => kind === 'removedByNewer').map(({ object }) => object)
const nameOf = ({ schema, name }) => `${schema}.${name}`
const isAhead = (verdict, name) => verdict.migrations.some((one) => one.name === name && one.state === 'ahead')

const told = (counts) => Object.entries(counts).map(([what, count]) => `${count} ${what}`).join(', ')

/** Every line of releases of a repository, told on standard output; false when something is wrong. */
function replay(repository, points, totals) {
  let good = true
  for (const line of lines(repository).filter(({ length }) => length > 1)) {
    const work = mkdtempSync(path.join(tmpdir(), 'replay-'))
    const images = sample(line, points).map((release, at) => new Image(repository, release, path.join(work, `${at}`)))
    const one = new Line(images.filter(({ schema }) => schema))
    one.replay()
    rmSync(work, { recursive: true, force: true })
    console.log(`${repository} ${line.at(-1).folder}: ${told(one.counts)}; slowest check ${one.slowest.toFixed(1)} ms`)
    for (const text of one.unfit) console.log(`  takes no part: ${text}`)
    for (const text of one.wrong) console.log(`  WRONG ${text}`)
    for (const [name, count] of Object.entries(one.counts)) totals[name] = (totals[name] ?? 0) + count
    totals.lines = (totals.lines ?? 0) + 1
    good &&= one.wrong.length === 0
  }
  return good
}

const [points, ...repositories] = process.argv.slice(2)
const totals = {}
const good = repositories.map((repository) => replay(path.resolve(repository), Number(points), totals))
console.log(`in all: ${told(totals)}`)
process.exit(good.includes(false) ? 1 : 0)
