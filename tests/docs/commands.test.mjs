// Runs every console block that a page marks with `<!-- run: ... -->` (lib/blocks.mjs) in its scene (lib/stories.mjs) and
// compares what is written there with what comes. GUARD_PIN=1 writes what comes into the pages where it
// differs, GUARD_PIN=all also where only times do; then read the difference.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { after, test } from 'node:test'

import { blocksOf, bodyOf, comparable, present } from './lib/blocks.mjs'
import { pages, root } from './lib/pages.mjs'
import { Scene, whatIsMissing } from './lib/scenes.mjs'
import { stories } from './lib/stories.mjs'

const pin = process.env.GUARD_PIN ?? ''
const missing = whatIsMissing()
if (missing) {
  console.log(`# MISSING: ${missing}`)
  process.exit(process.env.CI ? 1 : 77)
}

const named = process.env.GUARD_DOCS_PAGES?.split(' ')

for (const page of named ?? pages()) {
  const path = join(root, page)
  const text = readFileSync(path, 'utf8')
  const blocks = blocksOf(text)
  if (blocks.length === 0) continue
  const written = []
  let scene = null
  test(relative(root, path), { concurrency: 1 }, async (t) => {
    for (const block of blocks)
      await t.test(`line ${text.slice(0, block.start).split('\n').length}: ${block.commands[0].text}`, async () => {
        if (block.scene !== 'same') {
          scene?.close()
          scene = null
          scene = await Scene.create(block.scene, stories)
        }
        const outputs = await scene.run(block.commands.map(({ text: command }) => command))
        written.push({ ...block, commands: block.commands.map((command, i) => result(command, outputs[i], block.hide)) })
      })
    if (pin && written.length === blocks.length) writeFileSync(path, withBodies(text, written))
  })
  after(() => scene?.close())
}

/** The command with what it wrote; what is on the page stays when only times and ids differ. */
function result(command, output, hide) {
  const shown = present(output, hide)
  const same = comparable(shown) === comparable(command.output)
  if (!pin) assert.ok(same, `$ ${command.text}\n--- the page:\n${command.output.join('\n')}\n--- the run:\n${shown.join('\n')}`)
  return same && pin !== 'all' ? command : { text: command.text, output: shown }
}

function withBodies(text, blocks) {
  let at = 0
  let result = ''
  for (const { start, end, commands } of blocks) {
    result += text.slice(at, start) + bodyOf(commands)
    at = end
  }
  return result + text.slice(at)
}
