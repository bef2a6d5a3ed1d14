// The files of the repository, and its pages: every *.md that is not built or installed. `node pages.mjs` prints these.
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

export const root = join(import.meta.dirname, '..', '..', '..')
const left_out = new Set(['.git', 'build', 'node_modules'])

/** Paths of the files whose name matches, below the top folder. */
export function filesNamed(pattern, folder = root) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !left_out.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesNamed(pattern, path)
      return pattern.test(entry.name) ? [relative(root, path)] : []
    })
    .sort()
}

export const pages = () => filesNamed(/\.md$/)

if (process.argv[1] === import.meta.filename) console.log(pages().join('\n'))
