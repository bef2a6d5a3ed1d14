// Texts that people read, pinned: tests/e2e/pinned/NAME.json holds them as they were reviewed. GUARD_PIN=1 writes them
// anew; the difference is then reviewed like code.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { guardBinary, prismaRoot, programs, serverUrl, sourceRoot } from './environment.mjs'

/** What differs from run to run becomes a word. */
export function withoutChance(text, { project, database } = {}) {
  if (text === null || text === undefined) return text
  let plain = text
  const fixed = [
    [project?.directory, 'PROJECT'], [database?.name, 'DATABASE'], [prismaRoot, 'PRISMA'], [guardBinary, 'GUARD'],
    [programs, 'PROGRAMS'], [sourceRoot, 'SOURCE'], [serverUrl && new URL(serverUrl).port, 'PORT'],
  ]
  for (const [value, word] of fixed) if (value) plain = plain.replaceAll(value, word)
  return plain
    .replace(/@[0-9a-f]{8}\b/g, '@ROW')
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?| UTC)?/g, 'TIME')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UUID')
    .replace(/\b(t|lingers|ms)=[\d.]+s?/g, '$1=N')
    .replace(/after \d+ attempts?/g, 'after N attempts')
    .replace(/migration-guard [0-9a-f]{8}\b/g, 'migration-guard RUN')
    .replace(/\bpid[ =]\d+/g, 'pid N')
    .replace(/guard-e2e-\w{6}/g, 'PROJECT')
}

export class Pinned {
  #file
  #pinned

  constructor(name) {
    this.#file = path.join(sourceRoot, 'tests/e2e/pinned', `${name}.json`)
    this.#pinned = existsSync(this.#file) ? JSON.parse(readFileSync(this.#file, 'utf8')) : {}
  }

  check(name, actual) {
    if (process.env.GUARD_PIN) {
      this.#pinned[name] = actual
      mkdirSync(path.dirname(this.#file), { recursive: true })
      writeFileSync(this.#file, `${JSON.stringify(this.#pinned, null, 2)}\n`)
      return
    }
    assert.ok(name in this.#pinned, `nothing is pinned for "${name}": run once with GUARD_PIN=1 and review`)
    assert.deepEqual(actual, this.#pinned[name])
  }
}
