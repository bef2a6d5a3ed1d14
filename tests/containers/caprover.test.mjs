// The ready files of examples/caprover on a real engine: preDeployFunction and the one-click app. The others:
// guard_sh.test.mjs, builder.test.mjs, swarm_override.test.mjs.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { EXAMPLES, require } from '../caprover/lib/parts.mjs'
import { buildBase, buildRelease } from './lib/app_image.mjs'
import { createService, deploy } from './lib/caprover.mjs'
import { api, docker, dockerText, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { tagOf } from './lib/scenario.mjs'
import { withService } from './lib/service.mjs'
import { NETWORK, running, startClient, startSwarm, tasks } from './lib/swarm.mjs'

await requireEngine()

const Docker = require('dockerode')
const yaml = require('yaml')

describe('examples/caprover on an engine', { concurrency: 3, timeout: 900_000 }, () => {
  let world
  before(async () => {
    await buildBase()
    for (const release of ['v1', 'v2', 'v2bad']) await buildRelease(release)
    world = await startSwarm()
  })
  after(() => world?.end())

  describe('preDeployFunction', () => {
    let preDeploy
    before(async () => {
      const text = await readFile(join(EXAMPLES, 'preDeployFunction.js'), 'utf8')
      // CapRover has the socket mounted where the text says; here the engine may live elsewhere.
      const socketPath = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace('unix://', '')
      class Here extends Docker {
        constructor() {
          super({ socketPath })
        }
      }
      preDeploy = new Function('require', `${text}\nreturn preDeployFunction`)(() => Here)
    })

    it('migrates before the switch: the new version starts with nothing pending', () =>
      withService(world, {}, async (app, id) => {
        await deploy(id, Object.assign(app, { image: tagOf('v2') }), {
          preDeploy: async (captainApp, spec) => {
            const result = await preDeploy(captainApp, spec)
            assert.match(await world.database.ledger(app.database), /referrer:applied/, 'already applied')
            assert.equal((await running(id))[0].image, 'v1', 'while the old version serves')
            return result
          },
        })
        await until('v2 serves', async () => (await running(id)).some((task) => task.image === 'v2'), 60)
      }))

    it('a failing migration: no update is sent, the old task is untouched, the log is in the error', () =>
      withService(world, {}, async (app, id) => {
        const [before] = await running(id)
        await assert.rejects(deploy(id, { ...app, image: tagOf('v2bad') }, { preDeploy }), (error) => {
          assert.match(error.message, /ended with 84, nothing was deployed/)
          assert.match(error.message, /20250201000000_referrer/)
          return true
        })
        assert.deepEqual(
          (await tasks(id)).map((task) => task.id),
          [before.id],
        )
        assert.equal((await api('GET', `/services/${id}`)).UpdateStatus, undefined)
      }))
  })

  it('the one-click app: database and app from nothing to the first answer', async () => {
    const app = uniqueName('click')
    const services = oneClick(await readFile(join(EXAMPLES, 'one-click-app.yml'), 'utf8'), app, {
      $$cap_image: tagOf('v1'),
    })
    const ids = []
    try {
      for (const [name, service] of Object.entries(services)) {
        const mounts = (service.volumes ?? []).map((volume) => {
          const [source, target] = volume.split(':')
          return { Type: 'volume', Source: source, Target: target }
        })
        ids.push(
          await createService({
            name: `srv-captain--${name}`,
            image: service.image,
            network: NETWORK,
            env: service.environment,
            mounts,
          }),
        )
      }
      await until('the app is healthy', async () => (await running(ids[1])).length === 1, 120)
      const client = await startClient(world.proxy, `srv-captain--${app}`, 20)
      await until('the client was answered', async () => (await running(ids[1])).length === 1, 10)
      await new Promise((resolve) => setTimeout(resolve, 3000))
      assert.equal((await client.stop()).last, 'v1')
    } finally {
      for (const id of ids) await api('DELETE', `/services/${id}`).catch(() => {})
      await until(
        'the tasks are gone',
        async () => (await dockerText('ps', '-q', '--filter', `name=srv-captain--${app}`)) === '',
        60,
      )
      await docker(['volume', 'rm', '-f', `${app}-db-data`], { check: false })
    }
  })
})

/** What CapRover does to a template: variables replaced, defaults generated; and its rules for such a file. */
function oneClick(text, appName, given) {
  const { captainVersion, caproverOneClickApp: meta } = yaml.parse(text)
  assert.equal(captainVersion, 4)
  assert.ok(meta.instructions.start && meta.instructions.end && meta.displayName && meta.description.length <= 200)
  const values = { $$cap_appname: appName, $$cap_root_domain: 'example.com' }
  for (const { id, defaultValue, validRegex } of meta.variables) {
    assert.match(id, /^\$\$cap_[a-z_]+$/)
    values[id] =
      given[id] ?? defaultValue.replace(/\$\$cap_gen_random_hex\((\d+)\)/, (_, length) => 'ab'.repeat(length / 2))
    assert.match(values[id], new RegExp(validRegex.slice(1, -1)), id)
  }
  const names = Object.keys(values).sort((left, right) => right.length - left.length)
  const filled = names.reduce((current, name) => current.replaceAll(name, () => values[name]), text)
  const { services } = yaml.parse(filled)
  assert.ok(!JSON.stringify(services).includes('$$cap_'), 'every variable is declared')
  return services
}
