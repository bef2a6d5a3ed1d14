// examples/caprover/service-update-override.yaml itself, posted to an engine as CapRover merges it: nothing shortened,
// so each update takes its half minute of Monitor.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { EXAMPLES, require } from '../caprover/lib/parts.mjs'
import { buildBase, buildRelease } from './lib/app_image.mjs'
import { requireEngine } from './lib/docker.mjs'
import { scenario } from './lib/scenario.mjs'
import { startSwarm } from './lib/swarm.mjs'

await requireEngine()

const MINUTE = 60_000_000_000

describe('the override of examples/caprover', { concurrency: 3, timeout: 900_000 }, () => {
  let world
  let override
  before(async () => {
    override = require('yaml').parse(await readFile(join(EXAMPLES, 'service-update-override.yaml'), 'utf8'))
    await buildBase()
    for (const release of ['v1', 'v2', 'v2bad']) await buildRelease(release)
    world = await startSwarm()
  })
  after(() => world?.end())

  /** In the order of docs/caprover.md: saved while a good image runs, then a change is deployed. */
  async function savedThenDeployed(run, release) {
    await run.deploy('v1', { override })
    assert.equal(await run.ended(180), 'completed')
    await run.deploy(release, { override })
    return run.ended(180)
  }

  it('is what Docker has afterwards; a good release goes through', async () => {
    let spec
    const result = await scenario(world, 'override-good', { serves: 'v2' }, async (run) => {
      const end = await savedThenDeployed(run, 'v2')
      spec = await run.spec()
      return end
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['completed', 'v2', 0])
    const { ContainerSpec } = spec.TaskTemplate
    assert.equal(ContainerSpec.StopGracePeriod, 2 * MINUTE)
    assert.equal(ContainerSpec.Healthcheck.StartPeriod, 15 * MINUTE)
    assert.equal(spec.UpdateConfig.FailureAction, 'rollback')
    assert.equal(spec.UpdateConfig.Order, 'start-first', 'as CapRover computes it for an app without directories')
    assert.ok(ContainerSpec.Env.some((pair) => pair.startsWith('DATABASE_URL=')), "the dashboard's variables are there")
  })

  it('a failing migration: rolled back, the old task untouched', async () => {
    let kept
    const result = await scenario(world, 'override-failing-migration', { serves: 'v1' }, async (run) => {
      await run.deploy('v1', { override })
      assert.equal(await run.ended(180), 'completed')
      const [old] = await run.running()
      await run.deploy('v2bad', { override })
      const end = await run.ended(180)
      kept = (await run.running()).map((task) => task.id).join() === old.id
      return end
    })
    assert.deepEqual([result.end, result.serving, result.failed], ['rollback_completed', 'v1', 0])
    assert.deepEqual(result.exitCodes, [84])
    assert.ok(kept)
    assert.match(result.ledger, /referrer:failed$/)
  })

  it('an app with a volume stays stop-first: two versions never write to one folder', async () => {
    let order
    const result = await scenario(world, 'override-volume', { serves: 'v2', volume: true }, async (run) => {
      const end = await savedThenDeployed(run, 'v2')
      order = (await run.spec()).UpdateConfig.Order
      return end
    })
    assert.deepEqual([result.end, result.serving, order], ['completed', 'v2', 'stop-first'])
  })
})
