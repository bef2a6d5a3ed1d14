// What a guarded app does to its users when it is deployed as CapRover deploys: end state, exit codes, failed requests,
// ledger. The figures of docs/swarm.md come from these runs.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { buildBase, buildRelease } from './lib/app_image.mjs'
import { docker, requireEngine, sleep, until } from './lib/docker.mjs'
import { OVERRIDE, scenario } from './lib/scenario.mjs'
import { startSwarm } from './lib/swarm.mjs'

await requireEngine()

const APPLIED = '20250101000000_init:applied, 20250201000000_referrer:applied'
const FAILED = '20250101000000_init:applied, 20250201000000_referrer:failed'

describe('a release deployed as CapRover deploys it', { concurrency: 4, timeout: 600_000 }, () => {
  let world
  before(async () => {
    await buildBase()
    for (const release of ['v1', 'v2', 'v2bad', 'v2slow', 'v2unmigrated', 'v2dies']) await buildRelease(release)
    world = await startSwarm()
  })
  after(() => world?.end())

  it('good: the old version serves until the new one is healthy', async () => {
    const result = await scenario(world, 'good-update', { serves: 'v2' }, async (run) => {
      await run.deploy('v2')
      return run.ended()
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['completed', 'v2', 0])
    assert.equal(result.ledger, APPLIED)
  })

  it('a migration fails under the defaults: paused, the old version serves on, each restart says 81', async () => {
    const result = await scenario(world, 'failing-migration-paused', { serves: 'v1' }, async (run) => {
      await run.deploy('v2bad')
      const end = await run.ended()
      await until('a restart has failed too', async () => (await run.tasks()).some((task) => task.exitCode === 81), 60)
      return end
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['paused', 'v1', 0])
    assert.deepEqual(result.exitCodes.slice(0, 2), [84, 81])
    assert.equal(result.ledger, FAILED)
  })

  it('then reverted in the dashboard: the old version starts beside the failed row of the newer one', async () => {
    const result = await scenario(world, 'failing-migration-reverted', { serves: 'v1' }, async (run) => {
      await run.deploy('v2bad')
      await run.ended()
      await run.deploy('v1')
      return until('the revert is through', async () => (await run.ended()) === 'completed' && 'completed', 60)
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['completed', 'v1', 0])
    assert.equal(result.ledger, FAILED)
  })

  it('a migration fails with the override: rolled back, the old task untouched', async () => {
    let kept
    const result = await scenario(world, 'failing-migration-rollback', { serves: 'v1' }, async (run) => {
      const [old] = await run.running()
      await run.deploy('v2bad', { override: OVERRIDE })
      const end = await run.ended()
      kept = (await run.running()).map((task) => task.id).join() === old.id
      return end
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['rollback_completed', 'v1', 0])
    assert.ok(kept, 'the old task still runs')
    assert.deepEqual(result.exitCodes, [84])
  })

  it('an app with a volume: stop-first, so the rollback starts the old version anew', async () => {
    const result = await scenario(world, 'failing-migration-volume', { serves: 'v1', volume: true }, async (run) => {
      await run.deploy('v2bad', { override: OVERRIDE })
      const end = await run.ended(120)
      await until('v1 is back', async () => (await run.running()).some((task) => task.image === 'v1'), 60)
      await sleep(3000)
      return end
    })
    assert.deepEqual([result.end, result.serving, result.exitCodes], ['rollback_completed', 'v1', [84]])
    assert.ok(result.failed > 0, 'stop-first has a gap')
    assert.equal(result.ledger, FAILED)
  })

  it("a volume under CapRover's default: stop-first and pause, nobody serves until the next deploy", async () => {
    let whilePaused
    const options = { serves: 'v1', volume: true }
    const result = await scenario(world, 'failing-migration-volume-paused', options, async (run) => {
      await run.deploy('v2bad')
      const end = await run.ended(120)
      await until('a restart has failed too', async () => (await run.tasks()).some((task) => task.exitCode === 81), 60)
      whilePaused = (await run.tasks()).filter((task) => task.image === 'v1' && task.state === 'running')
      await run.deploy('v1') // a revert in the dashboard
      await until('v1 is back', async () => (await run.running()).some((task) => task.image === 'v1'), 60)
      return end
    })
    assert.deepEqual([result.end, result.serving], ['paused', 'v1'])
    assert.deepEqual(whilePaused, [], 'the old version was stopped first')
    assert.deepEqual(result.exitCodes.slice(0, 2), [84, 81])
    assert.ok(result.outageMs > 10_000, `an outage until the revert: ${result.outageMs} ms`)
    assert.equal(result.ledger, FAILED)
  })

  it('without a HEALTHCHECK Swarm stops the old version while the guard still works', async () => {
    const none = { Test: ['NONE'] }
    const options = { serves: 'nobody', healthcheck: none }
    const result = await scenario(world, 'failing-migration-no-healthcheck', options, async (run) => {
      await run.deploy('v2bad', { override: OVERRIDE })
      await sleep(45_000)
      return run.ended(60)
    })
    assert.equal(result.end, 'completed', 'Swarm takes the task for running, and calls that a success')
    // 137: v1, when it did not end in Swarm's ten seconds on a busy machine.
    assert.deepEqual(result.exitCodes.filter((code) => code !== 137).slice(0, 2), [84, 81])
    assert.deepEqual(Object.keys(result.versions), ['v1'], 'nobody answers once v1 was stopped')
    assert.equal(result.ledger, FAILED)
    assert.ok(result.failed > 0, 'an outage, which is why the HEALTHCHECK is half of the product')
  })

  it('pending with apply: never is refused at once', async () => {
    const result = await scenario(world, 'pending-never', { serves: 'v1' }, async (run) => {
      await run.deploy('v2', { override: OVERRIDE, app: { env: { ...run.app.env, MIGRATION_GUARD_APPLY: 'never' } } })
      return run.ended()
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['rollback_completed', 'v1', 0])
    assert.deepEqual(result.exitCodes, [80])
    assert.equal(result.ledger, '20250101000000_init:applied')
  })

  it('a model that no migration creates: 87', async () => {
    const result = await scenario(world, 'schema-mismatch', { serves: 'v1' }, async (run) => {
      await run.deploy('v2unmigrated', { override: OVERRIDE })
      return run.ended()
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['rollback_completed', 'v1', 0])
    assert.deepEqual(result.exitCodes, [87])
    assert.equal(result.ledger, '20250101000000_init:applied', 'nothing was there to be applied')
  })

  it('the app dies after the exec, before it is healthy', async () => {
    const result = await scenario(world, 'app-dies', { serves: 'v1' }, async (run) => {
      const slowBoot = { ...run.app.env, BOOT_MS: '10000' }
      await run.deploy('v2dies', { override: OVERRIDE, app: { env: slowBoot } })
      return run.ended()
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['rollback_completed', 'v1', 0])
    assert.deepEqual(result.exitCodes, [3])
    assert.equal(result.ledger, APPLIED, 'the old version serves on a database that is ahead')
  })

  it('the guard is killed in the middle of a migration: the next start says 81 and does not run it again', async () => {
    const result = await scenario(world, 'guard-killed', { serves: 'v1' }, async (run) => {
      await run.deploy('v2slow')
      const [task] = await until(
        'the migration runs',
        async () => {
          const list = (await run.tasks()).filter((one) => one.image === 'v2slow' && one.container)
          return (await run.ledger()).includes('referrer') && list.length > 0 && list
        },
        60,
      )
      await docker(['kill', '-s', 'KILL', task.container])
      const end = await run.ended()
      await until(
        'a further task has ended or serves',
        async () => {
          const list = (await run.tasks()).filter((one) => one.image === 'v2slow')
          return (
            list.length > 1 &&
            (list.some((one) => one.state === 'running') || list.filter((one) => one.exitCode).length > 1)
          )
        },
        90,
      )
      return end
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['paused', 'v1', 0])
    assert.deepEqual(result.exitCodes.slice(0, 2), [137, 81])
    assert.equal(result.ledger, FAILED)
  })

  it('two releases at once take turns', async () => {
    const result = await scenario(world, 'two-releases', { serves: 'v2' }, async (run) => {
      await run.deploy('v2slow')
      await until('the first migrates', async () => (await run.ledger()).includes('referrer'), 60)
      await run.deploy('v2')
      await until(
        'the second update is through',
        async () => (await run.running()).some((task) => task.image === 'v2') && (await run.ended()) === 'completed',
        120,
      )
      return run.ended()
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['completed', 'v2', 0])
    assert.deepEqual(result.exitCodes, [], 'neither of them failed')
    assert.equal(result.ledger, APPLIED, 'one row a migration: applied once')
  })

  it('rollback to an older image on a newer database', async () => {
    const result = await scenario(world, 'rollback-older-image', { serves: 'v1', release: 'v2' }, async (run) => {
      await run.deploy('v1')
      return run.ended()
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['completed', 'v1', 0])
    assert.equal(result.ledger, APPLIED)
  })
})
