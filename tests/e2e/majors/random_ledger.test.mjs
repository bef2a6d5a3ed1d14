// Random bundles on random ledgers: what Prisma would do, the guard does, but for the rules of random/oracle.mjs.
//
// GUARD_SEED names the first situation, GUARD_RANDOM_CASES how many are put to Prisma's engine (tests/e2e/random/prisma.mjs);
// a sixth of them to its CLI as well, and once more with the guard applying through it.
import { major, test } from '../harness/scenario.mjs'
import { Bench } from '../random/bench.mjs'
import { comparison } from '../random/compare.mjs'
import { situationOf } from '../random/situation.mjs'

const firstSeed = Number(process.env.GUARD_SEED ?? 1)
const cases = Number(process.env.GUARD_RANDOM_CASES ?? 12)
const LANES = 3

const shown = ({ scripts, ...rest }) =>
  JSON.stringify({ ...rest, kinds: [...scripts].map(([name, { kind }]) => [name, kind]) }, null, 1)

async function lane(context, seeds, options) {
  const benches = [await Bench.create(context), await Bench.create(context)]
  const comparing = comparison({ benches, major, ...options })
  const problems = []
  for (let seed; (seed = seeds.shift()) !== undefined; ) {
    const situation = situationOf(seed, major)
    try {
      await comparing.run(situation)
    } catch (error) {
      problems.push(`seed ${seed}: ${error.message}\n${shown(situation)}`)
    }
  }
  return { problems, seen: comparing.seen }
}

/** [['deploy P3005/83', 4], ...]: Prisma's end, the guard's exit code, how often. */
function sum(counts) {
  const all = new Map()
  for (const [end, count] of counts.flatMap((one) => [...one])) all.set(end, (all.get(end) ?? 0) + count)
  return [...all].sort(([left], [right]) => left.localeCompare(right))
}

async function compareAll(context, seeds, options) {
  const count = seeds.length
  const lanes = await Promise.all(Array.from({ length: LANES }, () => lane(context, seeds, options)))
  const problems = lanes.flatMap((one) => one.problems)
  context.diagnostic(`${count} situations from seed ${firstSeed}, ${problems.length} differ`)
  context.diagnostic(sum(lanes.map(({ seen }) => seen)).map(([end, times]) => `${end}: ${times}`).join(', '))
  if (problems.length > 0) throw new Error(problems.slice(0, 20).join('\n\n'))
}

const range = (count) => Array.from({ length: count }, (_, i) => firstSeed + i)
const options = { timeout: 7_200_000 }

test('native, beside the engine of Prisma', options, (context) =>
  compareAll(context, range(cases), { cli: false, apply: 'native' }))

test('through the CLI, beside the CLI', options, (context) =>
  compareAll(context, range(Math.ceil(cases / 6)), { cli: true, apply: 'prisma' }))

test('native, beside the CLI', options, (context) =>
  compareAll(context, range(Math.ceil(cases / 6)), { cli: true, apply: 'native' }))
