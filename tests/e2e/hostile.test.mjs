// What nobody means to do to the guard and somebody does: each ends with its own code and a line that helps.
import assert from 'node:assert/strict'

import { Project } from './harness/project.mjs'
import { deployed, report, test } from './harness/scenario.mjs'
import { ANALYTICS, first, modelsOf, scripts } from './harness/shop.mjs'

test('a script that leaves its transaction open: the reason is told, not the preamble of P3018', async (context) => {
  const database = await deployed(context, first(2))
  const project = Project.create(context,
    { migrations: { ...first(2), [ANALYTICS]: `BEGIN;\n${scripts[ANALYTICS]}` }, models: modelsOf(3) })
  const result = await project.guard(database.url(), ['--apply', 'native', '--', report])
  assert.equal(result.code, 84, result.stderr)
  assert.match(result.lines.at(-1), /failed: the script leaves a transaction open \(BEGIN without COMMIT\)/)
  assert.doesNotMatch(result.lines.at(-1), /New migrations cannot be applied/)
})
