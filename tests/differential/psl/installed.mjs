// Schemas of packages that are installed anyway: every *.prisma file beneath build/ (clients that were generated, the
// packages' own), and what `prisma init` of each installed major writes.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const folders = ['prisma', 'demo', 'docs', 'differential', 'caprover']
const inits = [[], ['--with-model'], ['--preview-feature', 'views', '--with-model']]

/** The files whose name ends in .prisma, links not followed (packages of a workspace point at one another). */
function* prismaFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name)
    if (entry.isDirectory()) yield* prismaFiles(at)
    else if (entry.isFile() && entry.name.endsWith('.prisma')) yield at
  }
}

/** What the CLI of that major writes into an empty project; undefined for an option that it does not know. */
function written(root, major, options) {
  const project = mkdtempSync(path.join(tmpdir(), 'guard-init-'))
  try {
    writeFileSync(path.join(project, 'package.json'), '{"name": "app", "private": true}\n')
    const cli = path.join(root, 'prisma', String(major), 'node_modules/prisma/build/index.js')
    const env = {
      PATH: process.env.PATH,
      HOME: project,
      TMPDIR: project,
      CHECKPOINT_DISABLE: '1',
      PRISMA_SCHEMA_ENGINE_BINARY: path.join(root, 'prisma/engine/schema-engine.mjs'),
      // Majors 5 and 6 look for a query engine too; any file will do.
      PRISMA_QUERY_ENGINE_LIBRARY: '/bin/true',
      PRISMA_QUERY_ENGINE_BINARY: '/bin/true',
    }
    spawnSync(process.execPath, [cli, 'init', '--datasource-provider', 'postgresql', ...options],
      { cwd: project, env, stdio: 'ignore', timeout: 60_000 })
    const file = path.join(project, 'prisma/schema.prisma')
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

/** { name: text }, each text once. `root` is the build folder. */
export function installedSchemas(root) {
  const schemas = new Map()
  const add = (name, text) => {
    if (text !== undefined && ![...schemas.values()].includes(text)) schemas.set(name, text)
  }
  for (const folder of folders.filter((name) => existsSync(path.join(root, name)))) {
    for (const file of prismaFiles(path.join(root, folder))) add(path.relative(root, file), readFileSync(file, 'utf8'))
  }
  for (const major of [5, 6, 7].filter((one) => existsSync(path.join(root, 'prisma', String(one))))) {
    for (const options of inits) add(`prisma ${major} init ${options.join(' ')}`.trim(), written(root, major, options))
  }
  return Object.fromEntries(schemas)
}

/** Why there is nothing to look at, or undefined. */
export const whatIsMissing = (root) =>
  existsSync(path.join(root, 'prisma/7/node_modules/prisma')) && existsSync(path.join(root, 'prisma/engine/schema-engine.mjs'))
    ? undefined : 'no Prisma CLI (scripts/install-prisma)'
