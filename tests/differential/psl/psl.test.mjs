// What Prisma's own validator accepts, the guard accepts; and both see the same tables, columns, enums and join tables.
//
//   PSL_DUMP=build/dev/tests/tools/psl_dump node --test tests/differential/psl/
//
// GUARD_SEED sets the first schema, GUARD_SCHEMAS how many a major (default 150).

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { compareConfig, compareDdl, compareDmmf } from './compare.mjs'
import { generate } from './generate.mjs'
import { Guard } from './guard.mjs'
import { installedSchemas, whatIsMissing } from './installed.mjs'
import { mutate } from './mutate.mjs'
import { Random } from './random.mjs'
import { specimens } from './specimens.mjs'

const firstSeed = Number(process.env.GUARD_SEED ?? 1)
const perMajor = Number(process.env.GUARD_SCHEMAS ?? 150)
const program = process.env.PSL_DUMP ?? fileURLToPath(new URL('../../../build/dev/tests/tools/psl_dump', import.meta.url))
const installed = existsSync(fileURLToPath(new URL('../node_modules', import.meta.url)))

// Loud, since a suite that silently did not run proves nothing.
const skip = installed ? false : 'NOT RUN: tests/differential/install first'
if (skip && process.env.CI) throw new Error(skip)

const prisma = installed ? await import('./prisma.mjs') : { majors: [], majorsWithEngine: [] }
const build = process.env.GUARD_BUILD_ROOT ?? fileURLToPath(new URL('../..', import.meta.url))
const noPackages = installed ? whatIsMissing(build) : undefined
if (noPackages && process.env.CI) throw new Error(noPackages)
const found = installed && !noPackages ? installedSchemas(build) : {}
let guard
before(() => {
  if (!existsSync(program)) throw new Error(`no psl_dump at ${program}: build it, or set PSL_DUMP`)
  guard = new Guard(program)
})
after(() => guard?.close())

const shown = (files) => files.map(([path, text]) => `----- ${path}\n${text}`).join('\n')

/** True when Prisma accepted it, and all that Prisma says of it was found to agree. */
async function check(major, files, { withDdl }) {
  const expected = prisma.dmmf(major, files)
  const seen = await guard.read(files)
  if (expected.error && !prisma.validates(major, files)) return false
  assert.ok(seen.ok, `Prisma ${major} accepts, the guard does not: ${seen.error}\n${seen.excerpt}\n${shown(files)}`)
  assert.deepEqual(seen.warnings, [], `warnings on a schema that Prisma ${major} accepts\n${shown(files)}`)
  const problems = [...compareConfig(prisma.config(major, files).value, seen)]
  if (expected.value) problems.push(...compareDmmf(expected.value, seen))
  if (withDdl) problems.push(...compareDdl(await prisma.ddl(major, files), seen))
  assert.deepEqual(problems, [], shown(files))
  return true
}

for (const major of [4, 5, 6, 7]) {
  describe(`Prisma ${major}`, { skip }, () => {
    const withDdl = prisma.majorsWithEngine.includes(major)

    test('generated schemas', async () => {
      let accepted = 0
      for (let seed = firstSeed; seed < firstSeed + perMajor; seed++) {
        if (await check(major, generate(seed, major), { withDdl })) accepted++
      }
      assert.ok(accepted >= perMajor * 0.8, `only ${accepted} of ${perMajor} generated schemas were valid`)
    })

    test('generated schemas with small damage', async () => {
      let accepted = 0
      for (let seed = firstSeed; seed < firstSeed + perMajor * 4; seed++) {
        const files = mutate(generate(seed, major), new Random(seed + 1_000_000))
        if (await check(major, files, { withDdl: false })) accepted++
      }
      assert.ok(accepted >= perMajor / 4, `only ${accepted} of ${perMajor * 4} damaged schemas were valid`)
    })

    test('schemas of installed packages', { skip: noPackages && `NOT RUN: ${noPackages}` }, async (context) => {
      let accepted = 0
      for (const [name, text] of Object.entries(found)) if (await check(major, [[name, text]], { withDdl })) accepted++
      context.diagnostic(`${accepted} of ${Object.keys(found).length} found are accepted by Prisma ${major}`)
      assert.ok(accepted > 0, 'none is a schema of this major')
    })

    for (const [name, specimen] of Object.entries(specimens)) {
      if (specimen.majors && !specimen.majors.includes(major)) continue
      test(name, async () => {
        assert.ok(await check(major, specimen.files(major), { withDdl }), `Prisma ${major} refuses the specimen`)
      })
    }
  })
}
