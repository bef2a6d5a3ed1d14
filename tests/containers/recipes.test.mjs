// Each recipe of examples/recipes: built with the example app, started on an empty database, asked to store an event.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { docker, dockerText, LABEL, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { startPostgres } from './lib/postgres.mjs'
import { buildRecipe, RECIPES } from './lib/recipes.mjs'

await requireEngine()

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

  for (const recipe of RECIPES) {
    const native = recipe === 'standalone-native'
    it(`${recipe}: builds, migrates ${native ? 'natively' : 'with the CLI'}, stores an event`, async () => {
      const output = await start(await buildRecipe(recipe), recipe)
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
