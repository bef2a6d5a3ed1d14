// The pages of the repository: every *.md that is not built or installed. `node pages.mjs` prints them.
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

export const root = join(import.meta.dirname, '..', '..', '..')
const left_out = new Set(['.git', 'build', 'node_modules'])

export function pages(folder = root) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !left_out.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return pages(path)
      return entry.name.endsWith('.md') ? [relative(root, path)] : []
    })
    .sort()
}

if (process.argv[1] === import.meta.filename) console.log(pages().join('\n'))
