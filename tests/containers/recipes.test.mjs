// Each recipe of examples/recipes: built with its example app, started on an empty database, asked to store an event.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { docker, dockerText, LABEL, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { startPostgres } from './lib/postgres.mjs'
import { buildRecipe, NEXT, RECIPES } from './lib/recipes.mjs'

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
      const image = await buildRecipe(recipe)
      await withApp(image, recipe, async (app) => {
        if (NEXT.includes(recipe)) await looksLikeNext(app)
        const host = NEXT.includes(recipe) ? app.address : '127.0.0.1'
        assert.equal((await app.ask(host, '/track', '{"kind":"PAGE_VIEW"}')).status, 201)
        assert.equal(await server.sql(app.database, 'select count(*) from "AnalyticsEvent"'), '1')
        assert.match(await server.ledger(app.database), /20251103091000_add_analytics:applied$/)
        if (NEXT.includes(recipe)) assert.match((await app.ask(host, '/')).text, /<h1>1 events<\/h1>/)
        assert.match(await app.logs(), native ? / with=native / : / with="prisma \d/, 'who applied stands in the log')
      })
    })
  }

  /** Next's own server, which nobody reaches by the loopback, and an image that has the modules it traced and no more. */
  async function looksLikeNext({ name, address, ask, logs }) {
    assert.match(await logs(), /Next\.js \d+\./)
    assert.equal((await ask('127.0.0.1', '/healthz')).error, 'ECONNREFUSED')
    assert.equal((await ask(address, '/healthz')).status, 200)
    assert.equal((await docker(['exec', name, 'migration-guard', 'probe'])).status, 0)
    const modules = (await dockerText('exec', name, 'ls', '/app/node_modules')).split('\n')
    assert.ok(modules.includes('next') && !modules.includes('prisma') && !modules.includes('typescript'), `${modules}`)
  }

  /** A container of `image`, healthy; `body` gets its name, address, database, and a way to ask from within. */
  async function withApp(image, recipe, body) {
    const database = `recipe-${recipe}`
    await server.create(database)
    const name = uniqueName('guard-test-recipe')
    const variables = [`DATABASE_URL=${server.url(database)}`, 'MIGRATION_GUARD_FAILURE_DELAY=0']
    const args = ['--name', name, '--label', LABEL, '--network', network, ...variables.flatMap((one) => ['-e', one])]
    await docker(['run', '-d', ...args, image])
    const logs = async () => {
      const { stdout, stderr } = await docker(['logs', name])
      return stdout + stderr
    }
    const ask = async (...request) => JSON.parse(await dockerText('exec', name, 'node', '-e', ASK, ...request))
    const isHealthy = async () => {
      const format = '{{.State.Status}} {{.State.Health.Status}}'
      const [state, health] = (await dockerText('inspect', '-f', format, name)).split(' ')
      if (state === 'exited') throw new Error(await logs())
      return health === 'healthy'
    }
    try {
      await until(`${recipe} is healthy`, isHealthy, 120)
      const address = await dockerText('exec', name, 'hostname')
      await body({ name, address, database, ask, logs })
    } finally {
      await docker(['rm', '-fv', name], { check: false })
    }
  }
})

/** Run in the container: GET or, with a body, POST http://HOST/PATH. */
const ASK = `
  const [host, path, body] = process.argv.slice(1)
  const asked = fetch('http://' + host + path, body ? { method: 'POST', body } : {})
  asked.then(async (answer) => ({ status: answer.status, text: await answer.text() }))
    .catch((error) => ({ error: error.cause.code }))
    .then((result) => console.log(JSON.stringify(result)))`
