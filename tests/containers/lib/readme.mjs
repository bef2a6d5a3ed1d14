// What README.md tells people to put into their Dockerfile, taken out of the page itself.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = new URL('../../..', import.meta.url).pathname

/** Lines of the first Dockerfile block of `page` that has an ENTRYPOINT: COPY, ENV, HEALTHCHECK, ENTRYPOINT, CMD. */
export async function guardLines(page = 'README.md') {
  const text = await readFile(join(ROOT, page), 'utf8')
  const blocks = [...text.matchAll(/^```dockerfile\n([\s\S]*?)^```/gm)].map(([, body]) => body)
  const found = blocks.find((body) => /^ENTRYPOINT /m.test(body))
  if (!found) throw new Error(`${page}: no Dockerfile block with an ENTRYPOINT`)
  return found.trimEnd().split('\n')
}

/** The commands of "A guarded image in ten minutes": the first line of code of each numbered step that has one. */
export async function stepsOf(page = 'README.md', heading = '## A guarded image in ten minutes') {
  const text = await readFile(join(ROOT, page), 'utf8')
  const section = text.slice(text.indexOf(heading) + heading.length).split('\n## ')[0]
  return section
    .split(/^(?=\d\. )/m)
    .slice(1)
    .map((step) => /`([^`]+)`/.exec(step)?.[1])
}

/** The shell blocks of a section, in order. */
export async function shellBlocks(heading, page = 'README.md') {
  const text = await readFile(join(ROOT, page), 'utf8')
  const section = text.slice(text.indexOf(heading) + heading.length).split('\n## ')[0]
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, body]) => body)
}

/** A Dockerfile with `lines` at the end of its last stage; its own CMD goes, since `lines` repeat it. */
export const withLines = (dockerfile, lines) =>
  [...dockerfile.split('\n').filter((line) => !line.startsWith('CMD ')), ...lines, ''].join('\n')
