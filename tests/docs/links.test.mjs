// Every relative link of every page leads to a file of the repository, and every anchor to a heading there.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

import { anchorsOf, linksOf } from './lib/markdown.mjs'
import { pages, root } from './lib/pages.mjs'

const read = (page) => readFileSync(join(root, page), 'utf8')

for (const page of pages())
  test(page, () => {
    const broken = linksOf(read(page)).flatMap(({ target, line }) => {
      const why = problemOf(page, target)
      return why ? [`line ${line}: ${target}: ${why}`] : []
    })
    assert.deepEqual(broken, [])
  })

function problemOf(page, target) {
  if (/^[a-z][a-z0-9+.-]*:/.test(target)) return null
  const [path, anchor] = target.split('#')
  const file = path === '' ? page : relative(root, join(root, dirname(page), decodeURIComponent(path)))
  if (file.startsWith('..')) return 'leaves the repository'
  if (!existsSync(join(root, file))) return 'no such file'
  if (!anchor) return null
  if (!file.endsWith('.md')) return 'an anchor into something that is no page'
  return anchorsOf(read(file)).has(decodeURIComponent(anchor)) ? null : 'no such heading'
}

test('the checker finds what is broken', () => {
  const text = '# A `b`, c & d!\n\n# A\n# A\n```\n# no heading\n[x](not-a-link)\n```\n[one](two.md#three) ![i](i.png) `[y](z)`\n\n[r]: four.md'
  assert.deepEqual([...anchorsOf(text)], ['a-b-c--d', 'a', 'a-1'])
  assert.deepEqual(linksOf(text).map(({ target }) => target), ['two.md#three', 'i.png', 'four.md'])
  assert.equal(problemOf('README.md', 'no-such-page.md'), 'no such file')
  assert.equal(problemOf('README.md', '#no-such-heading'), 'no such heading')
  assert.equal(problemOf('README.md', '../elsewhere.md'), 'leaves the repository')
  assert.equal(problemOf('README.md', '#exit-codes'), null)
})
