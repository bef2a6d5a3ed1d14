// The lines that docs/exit-codes.md shows are lines that the guard writes: each remedy there is one that the end-to-end tests
// have pinned for that code (tests/e2e/pinned/exit_codes.json), but for names, ids and paths. `…` stands for anything.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { root } from './lib/pages.mjs'

const page = readFileSync(join(root, 'docs/exit-codes.md'), 'utf8')
const pinned = Object.entries(JSON.parse(readFileSync(join(root, 'tests/e2e/pinned/exit_codes.json'), 'utf8')))

const withoutNames = (remedy) => remedy.replaceAll('\\"', '"').replace(/\d{14}_\w+/g, 'NAME').replace(/@(ROW|[0-9a-f]{8})/g, '@ROW')
const remedyOf = (line) => withoutNames(/ remedy="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? '')
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const unfolded = [...page.matchAll(/^```text\n(.*?)^```/gms)].flatMap(([, body]) => body.replace(/\n {4}/g, ' ').trim().split('\n'))
const shown = unfolded.map((line) => ({ line, code: / code=(\d+) /.exec(line)[1], remedy: remedyOf(line) }))

// Of one app's own, which no test has as it stands.
const PLACES = [['"shop"', '"nosuch_database"'], ['createdb shop', 'createdb nosuch_database'], ['did you mean --json?', 'did you mean --wait-timeout?'],
  ['mode: enforce, observe, off', 'waitTimeout: 500ms, 90s, 10m, 1h, or a bare number of seconds']]
const inTests = (remedy) => PLACES.reduce((text, [here, there]) => text.replaceAll(here, there), remedy)

for (const { code, line, remedy } of shown)
  test(`${code}: ${line.slice(line.indexOf(' cause=') + 1, 120)}`, () => {
    const candidates = pinned.filter(([name]) => name.startsWith(`${code}:`)).map(([, one]) => remedyOf(one))
    const pattern = new RegExp(`^${inTests(remedy).split('…').map(escaped).join('.*')}$`)
    assert.ok(candidates.some((one) => pattern.test(one)), `the page:\n${remedy}\nthe tests:\n${candidates.join('\n')}`)
  })

test('every code that refuses has its line', () => {
  const codes = new Set(pinned.map(([name]) => name.split(':')[0]).filter((code) => code !== '0' && Number(code) < 128))
  assert.deepEqual([...codes].filter((code) => !shown.some((one) => one.code === code)), [])
})
