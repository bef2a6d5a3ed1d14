// The default way of applying, `apply: prisma`, on a Swarm: the CLI of the npm recipe's image runs as a child of the
// guard while Docker waits, and when Docker loses patience.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'

import { buildLines, buildRelease, RELEASES } from './lib/app_image.mjs'
import { mergeObjects } from './lib/caprover.mjs'
import { requireEngine, until } from './lib/docker.mjs'
import { buildRecipe } from './lib/recipes.mjs'
import { OVERRIDE, scenario } from './lib/scenario.mjs'
import { migrating, startSwarm, taskEnds } from './lib/swarm.mjs'

await requireEngine()

const SECOND = 1_000_000_000
const BASE = 'guard-test/app-cli'
const INIT = '20250101000000_init:applied'

/** The npm recipe's image, whole node_modules and CLI, with the small app of these tests in place of the example. */
async function buildCliBase() {
  const recipe = await buildRecipe('npm')
  const own = (name) => readFile(new URL(`app/${name}`, import.meta.url), 'utf8')
  const definition = { schemaVersion: 2, dockerfilePath: './Dockerfile', 'x-migration-guard': { waitTimeout: '20s' } }
  await buildLines(
    BASE,
    [
      `FROM ${recipe}`,
      'USER root',
      'RUN rm -rf prisma',
      'COPY server.mjs captain-definition ./',
      'USER node',
      'HEALTHCHECK --start-period=15m --interval=1s --timeout=5s --retries=3 CMD ["migration-guard", "probe"]',
      'CMD ["node", "server.mjs"]',
    ],
    { 'server.mjs': await own('server.mjs'), 'captain-definition': JSON.stringify(definition) },
  )
}

describe('apply: prisma on a Swarm', { concurrency: 2, timeout: 900_000 }, () => {
  let world
  before(async () => {
    await buildCliBase()
    for (const release of ['v1', 'v2', 'v2slow']) await buildRelease(release, RELEASES[release], BASE)
    world = await startSwarm()
  })
  after(() => world?.end())

  it('a good update: the CLI applies, no request fails', async () => {
    const result = await scenario(world, 'cli-good-update', { serves: 'v2', base: BASE }, async (run) => {
      await run.deploy('v2', { override: OVERRIDE })
      return run.ended(120)
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['completed', 'v2', 0])
    assert.equal(result.ledger, `${INIT}, 20250201000000_referrer:applied`)
  })

  it('SIGTERM while the CLI migrates, grace 10 s: cancelled on the server, and the row stays failed', async () => {
    let afterStop
    let sessions
    const override = mergeObjects(OVERRIDE, { TaskTemplate: { ContainerSpec: { StopGracePeriod: 10 * SECOND } } })
    const options = { serves: 'v1', base: BASE, volume: true }
    const result = await scenario(world, 'cli-sigterm-grace-10', options, async (run) => {
      await run.deploy('v2slow', { override })
      const task = await migrating(run, 'v2slow')
      await run.deploy('v1', { override })
      await taskEnds(run, task.id)
      afterStop = await run.ledger()
      sessions = await world.database.sql(
        'postgres',
        `select count(*) from pg_stat_activity where datname = '${run.database}' and query like '%pg_sleep(20)%'`,
      )
      await until('v1 serves', async () => (await run.running()).some((one) => one.image === 'v1'), 60)
      return run.ended(120)
    })
    assert.match(afterStop, /referrer:failed$/)
    assert.equal(sessions, '0', 'the statement was cancelled on the server')
    assert.deepEqual([result.end, result.serving, result.exitCodes], ['completed', 'v1', [143]])
  })
})
