// One Swarm scenario: a database and a service of its own, a client that keeps asking, a record at the end.
import assert from 'node:assert/strict'

import { BASE } from './app_image.mjs'
import { api, docker, uniqueName, until } from './docker.mjs'
import { createService, deploy } from './caprover.mjs'
import { askThrough, exitCodes, NETWORK, record, running, serviceOf, startClient, tasks, updateEnds } from './swarm.mjs'

export const tagOf = (release, base = BASE) => `${base}:${release.toLowerCase()}`

/** What docs/caprover.md tells people to paste, with a shorter monitor and the image's own health check. (The file
 * itself: swarm_override.test.mjs.) */
export const OVERRIDE = {
  TaskTemplate: { RestartPolicy: { Condition: 'any', Delay: 5_000_000_000 } },
  UpdateConfig: { Parallelism: 1, FailureAction: 'rollback', Monitor: 5_000_000_000, MaxFailureRatio: 0 },
  RollbackConfig: { Parallelism: 1, FailureAction: 'pause', Monitor: 5_000_000_000 },
}

/** So often at least a client has asked, or "none failed" says nothing. */
const ENOUGH_QUESTIONS = 20

/**
 * Deploys `release`, runs `body`, records what it gives with tasks, requests and ledger, removes all. `serves`: whose
 * answer the client's last one must be, or 'nobody'.
 */
export async function scenario(world, name, options, body) {
  const { serves, release = 'v1', base, env = {}, volume, replicas = 1, healthcheck } = options
  assert.ok(serves, `${name}: who serves in the end?`)
  const database = uniqueName(`db-${name}`)
  await world.database.create(database)
  const app = {
    name: uniqueName('srv-captain--app'),
    image: tagOf(release, base),
    network: NETWORK,
    volume: volume && uniqueName('guard-test'),
    replicas,
    env: { DATABASE_URL: world.database.url(database), ...env },
  }
  const id = await createService(app)
  let client
  try {
    if (healthcheck) await setHealthcheck(id, healthcheck)
    await until(`${release} serves`, async () => (await running(id)).length === replicas, 90)
    client = await startClient(world.proxy, app.name)
    await until('the client is answered', async () => (await clientSays(world, app)).startsWith(release), 30)
    const run = {
      id,
      app,
      database,
      deploy: (next, options = {}) =>
        deploy(id, Object.assign(app, { image: tagOf(next, base) }, options.app), options),
      ended: (seconds = 90) => updateEnds(id, seconds),
      tasks: () => tasks(id),
      running: () => running(id),
      ledger: () => world.database.ledger(database),
      spec: async () => (await serviceOf(id)).Spec,
    }
    const end = await body(run)
    // What has just begun to serve is asked within a second; the proxy may know the former address for another one.
    await until(`${serves} answers`, async () => isFrom(serves, await client.last()), 20).catch(() => {})
    const requests = await client.stop()
    client = undefined
    const list = await tasks(id)
    const result = {
      end,
      serving: [...new Set((await running(id)).map((task) => task.image))].sort().join(' + ') || 'none',
      exitCodes: exitCodes(list),
      ...requests,
      ledger: await run.ledger(),
    }
    await record(name, result)
    assert.ok(requests.asked >= ENOUGH_QUESTIONS, `${name}: the client has asked ${requests.asked} times`)
    assert.ok(isFrom(serves, requests.last), `${name}: the last answer was "${requests.last}", not of ${serves}`)
    return result
  } finally {
    if (client) await client.stop()
    await api('DELETE', `/services/${id}`).catch(() => {})
    await until(
      'the tasks are gone',
      async () =>
        (await docker(['ps', '-q', '--filter', `label=com.docker.swarm.service.id=${id}`])).stdout.trim() === '',
      60,
    ).catch(() => {})
    await world.database.drop(database).catch(() => {})
    if (app.volume) await docker(['volume', 'rm', '-f', app.volume], { check: false })
  }
}

const isFrom = (serves, answer) =>
  serves === 'nobody' ? answer.startsWith('failed') : [serves].flat().includes(answer)

const clientSays = (world, app) => askThrough(world.proxy, app.name, '/')

async function setHealthcheck(id, healthcheck) {
  const { Version, Spec } = await api('GET', `/services/${id}`)
  Spec.TaskTemplate.ContainerSpec.Healthcheck = healthcheck
  await api('POST', `/services/${id}/update?version=${Version.Index}`, Spec)
}
