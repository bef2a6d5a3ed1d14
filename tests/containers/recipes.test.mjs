// Each recipe of examples/recipes: built with the example app, started on an empty database, asked to store an event.
//
// Where Prisma's engines can be downloaded, the image is used as it is; elsewhere the suite's engine stand-in is added.
import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { GUARD_IMAGE } from './lib/app_image.mjs'
import { docker, dockerText, LABEL, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { startPostgres } from './lib/postgres.mjs'

await requireEngine()

const ROOT = new URL('../..', import.meta.url).pathname
const APP = join(ROOT, 'examples/analytics-app')
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
  'standalone-native': copyStandalone,
  'standalone-cli-stage': copyStandalone,
}

async function copyStandalone(to) {
  await copyApp(to)
  const file = join(to, 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8'))
  manifest.scripts.build = 'node trace.mjs'
  await writeFile(file, JSON.stringify(manifest))
}

async function build(tag, folder, args = []) {
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

async function withEngine(tag) {
  if (await hasEngine(tag)) return tag
  const folder = await mkdtemp(join(tmpdir(), 'guard-engine-'))
  await cp(STAND_IN, join(folder, 'prisma-engine'), { recursive: true })
  await writeFile(
    join(folder, 'Dockerfile'),
    `FROM ${tag}\nCOPY prisma-engine /opt/prisma-engine\nENV PRISMA_SCHEMA_ENGINE_BINARY=${ENGINE_HERE}\n`,
  )
  await build(`${tag}-engine`, folder)
  await rm(folder, { recursive: true })
  return `${tag}-engine`
}

describe('recipes', { concurrency: 1, timeout: 3_000_000 }, () => {
  const network = uniqueName('guard-test')
  let server
  before(async () => {
    await docker(['network', 'create', '--label', LABEL, network])
    server = await startPostgres({ network, alias: 'db' })
  })
  after(async () => {
    await server?.remove()
    await docker(['network', 'rm', network], { check: false })
  })

  for (const [recipe, copy] of Object.entries(assemble)) {
    const native = recipe === 'standalone-native'
    it(`${recipe}: builds, migrates ${native ? 'natively' : 'with the CLI'}, stores an event`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'guard-recipe-'))
      const tag = `guard-test/recipe-${recipe}`
      try {
        await copy(folder)
        await cp(join(ROOT, 'examples/recipes', recipe), folder, { recursive: true })
        const engines =
          recipe === 'npm'
            ? ['PRISMA_SCHEMA_ENGINE_BINARY', 'PRISMA_QUERY_ENGINE_LIBRARY']
            : ['PRISMA_SCHEMA_ENGINE_BINARY']
        const anyFile = engines.flatMap((name) => ['--build-arg', `${name}=/bin/true`])
        await build(tag, folder, ['--build-arg', `GUARD_IMAGE=${GUARD_IMAGE}`, ...anyFile])
      } finally {
        await rm(folder, { recursive: true })
      }
      const output = await start(native ? tag : await withEngine(tag), recipe)
      assert.match(output, native ? /native/ : /prisma \d/, 'who applied stands in the log')
    })
  }

  async function start(image, recipe) {
    const database = `recipe-${recipe}`
    await server.create(database)
    const name = uniqueName('guard-test-recipe')
    await docker([
      'run',
      '-d',
      '--name',
      name,
      '--label',
      LABEL,
      '--network',
      network,
      '-e',
      `DATABASE_URL=${server.url(database)}`,
      '-e',
      'MIGRATION_GUARD_FAILURE_DELAY=0',
      image,
    ])
    const logs = async () => {
      const { stdout, stderr } = await docker(['logs', name])
      return stdout + stderr
    }
    try {
      await until(
        `${recipe} is healthy`,
        async () => {
          const [state, health] = (
            await dockerText('inspect', '-f', '{{.State.Status}} {{.State.Health.Status}}', name)
          ).split(' ')
          if (state === 'exited') throw new Error(await logs())
          return health === 'healthy'
        },
        120,
      )
      const request = `'http://' + process.argv[1] + '/track', { method: 'POST', body: '{"kind":"PAGE_VIEW"}' }`
      const ask = `fetch(${request}).then((answer) => console.log(answer.status))`
      const host = recipe.startsWith('standalone') ? await dockerText('exec', name, 'hostname') : '127.0.0.1'
      assert.equal(await dockerText('exec', name, 'node', '-e', ask, host), '201')
      assert.equal(await server.sql(database, 'select count(*) from "AnalyticsEvent"'), '1')
      assert.match(await server.ledger(database), /20251103091000_add_analytics:applied$/)
      return await logs()
    } finally {
      await docker(['rm', '-fv', name], { check: false })
    }
  }
})
