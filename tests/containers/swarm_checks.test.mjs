// Statements about Swarm that the guard's behaviour rests on, looked at on a real one: what exit 0 does before the
// first healthy probe, what a retry after `pause` does, which logs outlive CapRover's prune.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { buildBase, buildRelease } from './lib/app_image.mjs'
import { mergeObjects } from './lib/caprover.mjs'
import { docker, dockerText, LABEL, requireEngine, sleep, until } from './lib/docker.mjs'
import { OVERRIDE, scenario, tagOf } from './lib/scenario.mjs'
import { NETWORK, record, startSwarm, taskLogs } from './lib/swarm.mjs'

await requireEngine()

const SECOND = 1_000_000_000
const REPEATS = Number(process.env.GUARD_SWARM_REPEATS ?? 3)

describe('what Swarm does', { concurrency: 4, timeout: 1_800_000 }, () => {
  let world
  before(async () => {
    await buildBase()
    for (const release of ['v1', 'v2', 'v2unmigrated']) await buildRelease(release)
    world = await startSwarm()
  })
  after(() => world?.end())

  it('a retry that passes after a pause: old and new serve side by side until the next update', async () => {
    let versions
    const result = await scenario(world, 'retry-after-pause', { serves: ['v1', 'v2'] }, async (run) => {
      await run.deploy('v2', { app: { env: { ...run.app.env, MIGRATION_GUARD_APPLY: 'never' } } })
      const end = await run.ended()
      assert.equal(end, 'paused')
      await docker([
        'run',
        '--rm',
        '--label',
        LABEL,
        '--network',
        NETWORK,
        '-e',
        `DATABASE_URL=${run.app.env.DATABASE_URL}`,
        tagOf('v2'),
        'migration-guard',
        'migrate',
      ])
      await until('both run', async () => (await run.running()).length === 2, 90)
      await sleep(5000)
      versions = (await run.running()).map((task) => `${task.slot}:${task.image}`).sort()
      return end
    })
    assert.deepEqual(versions, ['1:v1', '1:v2'], 'two tasks in one slot')
    assert.equal(result.failed, 0)
    assert.ok(result.versions.v1 && result.versions.v2, 'both answered')
  })

  /** Updates `REPEATS` times to something that ends with 0 before it is healthy: the ends, and old tasks lost. */
  async function updatesThatEndWithZero(name, change) {
    const ends = []
    let lost = 0
    await scenario(world, name, { serves: 'v1' }, async (run) => {
      for (let time = 0; time < REPEATS; time += 1) {
        const [old] = await until('one task runs', async () => (await run.running()).length === 1 && run.running(), 60)
        await run.deploy('v1', { override: mergeObjects(OVERRIDE, change) })
        ends.push(await run.ended(120))
        if (!(await run.running()).some((task) => task.id === old.id)) lost += 1
      }
      return `${lost} of ${REPEATS} old tasks lost`
    })
    return { ends: new Set(ends), lost }
  }

  it('exit 0 before the first healthy probe counts as a failure; that the old task stays is a race', async () => {
    // The guard never does this; `migrate && true` as ENTRYPOINT would.
    const change = { TaskTemplate: { ContainerSpec: { Command: ['sh', '-c', 'sleep 2'] } } }
    const { ends, lost } = await updatesThatEndWithZero('exit-0-before-healthy', change)
    assert.deepEqual([...ends], ['rollback_completed'])
    assert.ok(lost < REPEATS, 'a race that is mostly won')
  })

  it('an app that is never healthy and answers SIGTERM with 0 is rolled back too', async () => {
    const never = {
      TaskTemplate: {
        ContainerSpec: {
          Command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.2; done'],
          Healthcheck: { Test: ['CMD', 'false'], StartPeriod: SECOND, Interval: SECOND, Retries: 1, Timeout: SECOND },
        },
      },
    }
    const { ends, lost } = await updatesThatEndWithZero('unhealthy-exits-0', never)
    assert.deepEqual([...ends], ['rollback_completed'])
    assert.ok(lost < REPEATS, 'a race that is mostly won')
  })

  it("a guard that lingers before a failing exit keeps its log out of CapRover's prune", async () => {
    const kept = {}
    const hadEnded = {}
    let pruning = Promise.resolve() // Docker does one at a time, and refuses a second
    const pruned = (delay) =>
      scenario(world, `prune-${delay}`, { serves: 'v1' }, async (run) => {
        const env = { ...run.app.env, MIGRATION_GUARD_FAILURE_DELAY: delay }
        await run.deploy('v2unmigrated', { override: OVERRIDE, app: { env } })
        await sleep(5000) // CapRover: `docker container prune` five seconds after every update
        const ours = ['--filter', `label=com.docker.swarm.service.id=${run.id}`]
        pruning = pruning.then(async () => {
          hadEnded[delay] = (await dockerText('container', 'prune', '-f', ...ours)).includes('Deleted Containers')
        })
        await pruning
        const end = await run.ended(60)
        const failed = (await run.tasks()).filter((task) => task.exitCode === 87)
        assert.equal(failed.length, 1, 'the number survives in any case')
        kept[delay] = (await taskLogs(failed)).includes('schema_mismatch')
        return end
      })
    await Promise.all(['0s', '3s', '10s'].map(pruned))
    await record('logs-after-prune', kept)
    // Who lingers for 3 s has ended by then, but on a machine on which the start alone takes two.
    assert.deepEqual(hadEnded, { '0s': true, '3s': hadEnded['3s'], '10s': false })
    assert.deepEqual(kept, { '0s': false, '3s': !hadEnded['3s'], '10s': true })
  })
})
