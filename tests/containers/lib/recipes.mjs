// The recipes of examples/recipes as images: built with the example app as somebody who followed them has it.
//
// Where Prisma's engines can be downloaded an image is used as it is; elsewhere the suite's engine stand-in is added.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { GUARD_IMAGE } from './app_image.mjs'
import { docker, dockerText, LABEL } from './docker.mjs'

const ROOT = new URL('../../..', import.meta.url).pathname
export const APP = join(ROOT, 'examples/analytics-app')
const STAND_IN = join(process.env.GUARD_BUILD_ROOT ?? join(ROOT, 'build'), 'prisma/engine')
const ENGINE_HERE = '/opt/prisma-engine/schema-engine.mjs'

const copyApp = (to, names = ['package.json', 'package-lock.json', '.npmrc', 'prisma', 'prisma.config.ts', 'src']) =>
  Promise.all(names.map((name) => cp(join(APP, name), join(to, name), { recursive: true })))

/** The folder that somebody has who followed the recipe: the app, and over it the recipe's files. */
const assemble = {
  npm: (to) => copyApp(to, ['prisma', 'src']),
  'prisma7-config': (to) => copyApp(to),
  pnpm: (to) => copyApp(to, ['package.json', 'prisma', 'prisma.config.ts', 'src']),
  'pnpm-monorepo': async (to) => {
    await mkdir(join(to, 'packages/db'), { recursive: true })
    await mkdir(join(to, 'apps/web'), { recursive: true })
    await copyApp(join(to, 'packages/db'), ['prisma', 'prisma.config.ts'])
    await cp(join(APP, 'src/database.js'), join(to, 'packages/db/database.js'))
    await cp(join(APP, 'src'), join(to, 'apps/web/src'), { recursive: true })
    const server = join(to, 'apps/web/src/server.js')
    await writeFile(server, (await readFile(server, 'utf8')).replace("'./database.js'", "'@shop/db'"))
  },
  'standalone-native': copyNext,
  'standalone-cli-stage': copyNext,
}

async function copyNext(to) {
  const filter = (path) => !/node_modules|\.next$/.test(path) // of somebody who has tried it in place
  await cp(join(ROOT, 'examples/nextjs-app'), to, { recursive: true, filter })
  await copyApp(to, ['prisma', 'prisma.config.ts'])
}

export async function buildFolder(tag, folder, args = []) {
  await docker(['build', '-q', '--label', LABEL, '-t', tag, ...args, folder], {
    timeout: 900_000,
    env: { DOCKER_BUILDKIT: '0' },
  })
}

/** True when the image's CLI has its engine: some file beside @prisma/engines that was downloaded at install. */
async function hasEngine(tag) {
  const search = 'find / -xdev -name "schema-engine-*" -type f -perm -100 2>/dev/null | head -n 1'
  return (await dockerText('run', '--rm', '--entrypoint', 'sh', tag, '-c', search)) !== ''
}

/** The image itself, or one with the stand-in over it. */
export async function withEngine(tag) {
  if (await hasEngine(tag)) return tag
  const folder = await mkdtemp(join(tmpdir(), 'guard-engine-'))
  await cp(STAND_IN, join(folder, 'prisma-engine'), { recursive: true })
  await writeFile(
    join(folder, 'Dockerfile'),
    `FROM ${tag}\nCOPY prisma-engine /opt/prisma-engine\nENV PRISMA_SCHEMA_ENGINE_BINARY=${ENGINE_HERE}\n`,
  )
  await buildFolder(`${tag}-engine`, folder)
  await rm(folder, { recursive: true })
  return `${tag}-engine`
}

export const RECIPES = Object.keys(assemble)
/** Those of a Next.js app. */
export const NEXT = ['standalone-native', 'standalone-cli-stage']

/** Where engines cannot be downloaded: `prisma generate` wants to see some file, without running it. */
export const ANY_ENGINE = (...names) => names.flatMap((name) => ['--build-arg', `${name}=/bin/true`])

/** Builds a recipe and gives the tag of an image whose CLI has an engine. */
export async function buildRecipe(recipe) {
  const folder = await mkdtemp(join(tmpdir(), 'guard-recipe-'))
  const tag = `guard-test/recipe-${recipe}`
  try {
    await assemble[recipe](folder)
    await cp(join(ROOT, 'examples/recipes', recipe), folder, { recursive: true })
    const engines = ['PRISMA_SCHEMA_ENGINE_BINARY', ...(recipe === 'npm' ? ['PRISMA_QUERY_ENGINE_LIBRARY'] : [])]
    await buildFolder(tag, folder, ['--build-arg', `GUARD_IMAGE=${GUARD_IMAGE}`, ...ANY_ENGINE(...engines)])
  } finally {
    await rm(folder, { recursive: true })
  }
  return recipe === 'standalone-native' ? tag : withEngine(tag)
}
