// Replicas, long migrations, signals and a database that is away, on a real Swarm. Figures of docs/swarm.md.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { buildBase, buildRelease } from './lib/app_image.mjs'
import { docker, requireEngine, sleep, until } from './lib/docker.mjs'
import { startPostgres } from './lib/postgres.mjs'
import { OVERRIDE, scenario } from './lib/scenario.mjs'
import { mergeObjects } from './lib/caprover.mjs'
import { exitCodes, migrating, NETWORK, startSwarm, taskEnds } from './lib/swarm.mjs'

await requireEngine()

const SECOND = 1_000_000_000
const APPLIED = '20250101000000_init:applied, 20250201000000_referrer:applied'

describe('rough weather on a Swarm', { concurrency: 4, timeout: 900_000 }, () => {
  let world
  before(async () => {
    await buildBase()
    for (const release of ['v1', 'v2', 'v2slow', 'v2verySlow']) await buildRelease(release)
    world = await startSwarm()
  })
  after(() => world?.end())

  it('the database is down during a deploy: 69 after waitTimeout, nothing lost, the next deploy passes', async () => {
    const own = await startPostgres({ network: NETWORK, alias: 'srv-captain--db-down' })
    let whileDown
    let ledger
    try {
      const result = await scenario({ ...world, database: own }, 'database-down', { serves: 'v2' }, async (run) => {
        await own.stop()
        await run.deploy('v2', { override: OVERRIDE })
        const end = await run.ended(120)
        whileDown = { serving: (await run.running()).map((task) => task.image), codes: exitCodes(await run.tasks()) }
        await own.start()
        ledger = await run.ledger()
        await run.deploy('v2', { override: OVERRIDE })
        assert.equal(await run.ended(120), 'completed')
        return end
      })
      assert.equal(result.end, 'rollback_completed')
      assert.deepEqual(whileDown, { serving: ['v1'], codes: [69] })
      assert.equal(ledger, '20250101000000_init:applied')
      assert.deepEqual([result.serving, result.failed, result.ledger], ['v2', 0, APPLIED])
    } finally {
      await own.remove()
    }
  })

  it('a migration within the start period goes through, however long it takes', async () => {
    const result = await scenario(world, 'start-period-long-enough', { serves: 'v2verySlow' }, async (run) => {
      await run.deploy('v2verySlow', { override: OVERRIDE })
      return run.ended(150)
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['completed', 'v2veryslow', 0])
    assert.equal(result.ledger, APPLIED)
  })

  for (const parallelism of [0, 1])
    it(`three replicas, parallelism ${parallelism}: one migrates, the others wait`, async () => {
      let starts
      const name = `three-replicas-parallelism-${parallelism}`
      const result = await scenario(world, name, { serves: 'v2slow', replicas: 3 }, async (run) => {
        await run.deploy('v2slow', { override: mergeObjects(OVERRIDE, { UpdateConfig: { Parallelism: parallelism } }) })
        const end = await run.ended(180)
        starts = await world.database.sql(run.database, 'select count(*) from _prisma_migrations')
        return end
      })
      assert.deepEqual([result.end, result.serving, result.failed], ['completed', 'v2slow', 0])
      assert.equal(starts, '2', 'one row for each migration: it was applied once')
      assert.deepEqual(result.exitCodes, [], 'nobody mistook what another one applied for a collision (82)')
      assert.equal(result.ledger, APPLIED)
    })

  it('a migration longer than the start period: Docker kills it, the old version serves on', async () => {
    const Healthcheck = { StartPeriod: 5 * SECOND, Interval: 2 * SECOND, Retries: 3, Timeout: 5 * SECOND }
    const result = await scenario(world, 'start-period-too-short', { serves: 'v1' }, async (run) => {
      await run.deploy('v2verySlow', {
        override: mergeObjects(OVERRIDE, { TaskTemplate: { ContainerSpec: { Healthcheck } } }),
      })
      return run.ended(120)
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['rollback_completed', 'v1', 0])
    assert.deepEqual(result.exitCodes, [143])
    assert.match(result.ledger, /referrer:rolled back$/)
  })

  // An app with a volume: under start-first Swarm lets the first new task work until the second one runs, under
  // stop-first a deploy over a deploy stops it at once.
  const graces = [
    { grace: 10, stop: '8s', ledger: /referrer:rolled back/ },
    { grace: 120, stop: '110s', ledger: /referrer:applied/ },
  ]
  for (const { grace, stop, ledger } of graces)
    it(`SIGTERM in the middle of a migration, grace ${grace} s, stopTimeout ${stop}`, async () => {
      let afterStop
      const override = mergeObjects(OVERRIDE, { TaskTemplate: { ContainerSpec: { StopGracePeriod: grace * SECOND } } })
      const result = await scenario(world, `sigterm-grace-${grace}`, { serves: 'v1', volume: true }, async (run) => {
        const env = { ...run.app.env, MIGRATION_GUARD_STOP_TIMEOUT: stop }
        await run.deploy('v2slow', { override, app: { env } })
        const task = await migrating(run, 'v2slow')
        await run.deploy('v1', { override, app: { env } })
        await taskEnds(run, task.id)
        afterStop = await run.ledger()
        await until('v1 serves', async () => (await run.running()).some((one) => one.image === 'v1'), 60)
        return run.ended(120)
      })
      assert.match(afterStop, ledger)
      assert.deepEqual([result.end, result.serving, result.exitCodes], ['completed', 'v1', [143]])
    })

  it('the database comes back within waitTimeout: the update goes through', async () => {
    const own = await startPostgres({ network: NETWORK, alias: 'srv-captain--db-back' })
    try {
      const result = await scenario({ ...world, database: own }, 'database-back', { serves: 'v2' }, async (run) => {
        await own.stop()
        await run.deploy('v2', { override: OVERRIDE })
        await sleep(6000)
        await own.start()
        return run.ended(120)
      })
      assert.deepEqual([result.end, result.serving, result.failed], ['completed', 'v2', 0])
      assert.deepEqual([result.exitCodes, result.ledger], [[], APPLIED])
    } finally {
      await own.remove()
    }
  })

  it('a healthy app outlives its database: the probe never asks it', async () => {
    const own = await startPostgres({ network: NETWORK, alias: 'srv-captain--db-gone' })
    try {
      const there = { ...world, database: own }
      const result = await scenario(there, 'database-gone-later', { serves: 'v1' }, async (run) => {
        const [before] = await run.running()
        await own.stop()
        await sleep(12_000)
        const [now] = await run.running()
        assert.equal(now?.id, before.id, 'the same task still runs')
        const { stdout } = await docker(['inspect', '-f', '{{.State.Health.Status}}', now.container])
        await own.start()
        return stdout.trim()
      })
      assert.deepEqual([result.end, result.failed], ['healthy', 0])
    } finally {
      await own.remove()
    }
  })
})
