// A start that is struck at a moment nobody chose, then plain restarts: no migration is lost or applied twice, and no app is
// started on a database that is not complete.
//
// GUARD_SEED names the first round, GUARD_CHAOS_ROUNDS how many there are of each blow (through the CLI a quarter of them),
// GUARD_CHAOS_ONLY a part of a test's name or of a blow's.
import assert from 'node:assert/strict'

import { BLOWS } from '../chaos/blows.mjs'
import { round } from '../chaos/round.mjs'
import { makeDurable } from '../chaos/server.mjs'
import { major, test } from '../harness/environment.mjs'

const firstSeed = Number(process.env.GUARD_SEED ?? 1)
const rounds = Number(process.env.GUARD_CHAOS_ROUNDS ?? 4)
const only = process.env.GUARD_CHAOS_ONLY ?? ''
const CRASH = 'the server crashes'
const NO_CHILD = 'SIGKILL of a child'

/** How each start ended, and how often: "84 81 resolve --rolled-back 0: 3". */
function summary(ends) {
  const counts = new Map()
  for (const end of ends) counts.set(end, (counts.get(end) ?? 0) + 1)
  return [...counts].sort(([, left], [, right]) => right - left).map(([end, count]) => `${end}: ${count}`).join(', ')
}

/** Rounds of one blow after the other, as many at once as there are `lanes`. */
async function play(context, blows, { lanes, count, ...options }) {
  const waiting = blows.flatMap((blow) => Array.from({ length: count }, (_, i) => ({ blow, seed: firstSeed + i })))
  const ends = new Map(blows.map((blow) => [blow, []]))
  const problems = []
  const lane = async () => {
    for (let next; (next = waiting.shift()) !== undefined; ) {
      const { told, problem } = await round(next.seed, { ...options, blow: next.blow })
      ends.get(next.blow).push(told.map((line) => line.replace(/^(resolve \S+).*|:.*/s, '$1')).join(' '))
      if (problem) problems.push(problem)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  for (const [blow, all] of ends) context.diagnostic(`${blow}, ${all.length} rounds: ${summary(all)}`)
  assert.equal(problems.length, 0, `${problems.length} rounds failed\n\n${problems.slice(0, 10).join('\n\n')}`)
}

const WAYS = [['native', rounds, 700], ['prisma', Math.ceil(rounds / 4), 4500]]
const KINDS = [['struck by chance', (blow) => blow !== CRASH, 3], ['crashed under', (blow) => blow === CRASH, 1]]

for (const [apply, count, within] of WAYS)
  for (const [what, fits, lanes] of KINDS) {
    const all = Object.keys(BLOWS).filter((blow) => fits(blow) && !(apply === 'native' && blow === NO_CHILD))
    const name = `${apply}: ${what}`
    const blows = name.includes(only) ? all : all.filter((blow) => blow.includes(only))
    if (blows.length === 0) continue
    test(name, { timeout: 7_200_000 }, async (context) => {
      await makeDurable()
      await play(context, blows, { apply, count, within, lanes, major })
    })
  }
