// The ready files of examples/caprover on a real engine: guard.sh, preDeployFunction, the one-click app, the CI
// workflow.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { EXAMPLES, require, run } from '../caprover/lib/parts.mjs'
import { buildBase, buildRelease } from './lib/app_image.mjs'
import { createService, deploy } from './lib/caprover.mjs'
import { api, docker, dockerText, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { tagOf } from './lib/scenario.mjs'
import { NETWORK, running, startClient, startSwarm, tasks } from './lib/swarm.mjs'

await requireEngine()

const Docker = require('dockerode')
const yaml = require('yaml')
// The client whose API the engine speaks, first in PATH for the shell scripts.
const PATH = existsSync('/usr/bin/docker') ? `/usr/bin:${process.env.PATH}` : process.env.PATH

describe('examples/caprover on an engine', { timeout: 900_000 }, () => {
  let world
  before(async () => {
    await buildBase()
    for (const release of ['v1', 'v2', 'v2bad']) await buildRelease(release)
    world = await startSwarm()
  })
  after(() => world?.end())

  /** A service of release v1 that serves; removed after `body`. */
  async function withService(env, body) {
    const database = uniqueName('caprover')
    await world.database.create(database)
    const short = uniqueName('shop')
    const app = {
      name: `srv-captain--${short}`,
      short,
      database,
      image: tagOf('v1'),
      network: NETWORK,
      env: { DATABASE_URL: world.database.url(database), ...env },
    }
    const id = await createService(app)
    try {
      await until('v1 serves', async () => (await running(id)).length === 1, 90)
      return await body(app, id)
    } finally {
      await api('DELETE', `/services/${id}`)
    }
  }

  const guard = (...args) => run('sh', [join(EXAMPLES, 'guard.sh'), ...args], { env: { PATH }, seconds: 90 })

  describe('guard.sh', () => {
    it('runs a subcommand with image, environment and network of the service', () =>
      withService({ ODD: `it's "quoted" $HOME\nand two lines` }, async (app) => {
        const { status, output, stdout } = await guard(app.short, 'check', '--json')
        assert.equal(status, 0, output)
        const report = JSON.parse(stdout)
        assert.equal(report.verdict, 'ok')
        assert.equal(report.database.name, app.database)
      }))

    it("gives back the guard's status, and leaves no container", () =>
      withService({}, async (app) => {
        await world.database.sql(app.database, 'drop table "Visit"')
        const { status, output } = await guard(app.short, 'check')
        assert.equal(status, 87, output)
        const left = await dockerText(
          'ps',
          '-a',
          '--filter',
          `ancestor=${tagOf('v1')}`,
          '--format',
          '{{.Label "com.docker.swarm.service.id"}}.',
        )
        assert.ok(!left.split('\n').includes('.'), 'only containers of services')
      }))

    it('an unknown app: the services that there are', async () => {
      const { status, output } = await guard('nosuch', 'check')
      assert.equal(status, 66)
      assert.match(output, /no service srv-captain--nosuch or nosuch/)
    })

    it('without a subcommand: usage', async () => {
      const { status, output } = await guard('shop')
      assert.equal(status, 64)
      assert.match(output, /guard\.sh APP SUBCOMMAND/)
    })
  })

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
      withService({}, async (app, id) => {
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
      withService({}, async (app, id) => {
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

  it('the CI workflow: each step, on a release that is good and on one whose model no migration creates', async () => {
    const {
      jobs: { migrations: job },
    } = yaml.parse(await readFile(join(EXAMPLES, '.github/workflows/migrations.yml'), 'utf8'))
    const [postgres] = Object.values(job.services)
    const name = uniqueName('guard-test-ci')
    const variables = Object.entries(postgres.env).flatMap(([key, value]) => ['-e', `${key}=${value}`])
    // A free port: 5432 of this machine may be taken. On a runner it is the one that the workflow names.
    await docker(['run', '-d', '--name', name, '-p', '127.0.0.1::5432', ...variables, postgres.image])
    const folder = await mkdtemp(join(tmpdir(), 'guard-ci-'))
    try {
      const port = (await dockerText('port', name, '5432/tcp')).split('\n')[0].split(':').pop()
      const env = { PATH, DOCKER_BUILDKIT: '0', DATABASE_URL: job.env.DATABASE_URL.replace(':5432', `:${port}`) }
      const statuses = async (image) => {
        await writeFile(join(folder, 'Dockerfile'), `FROM ${image}\n`)
        const seen = []
        for (const step of job.steps.filter((one) => one.run)) {
          const { status, output } = await run('bash', ['-e', '-c', step.run], { cwd: folder, env, seconds: 120 })
          seen.push(status)
          if (status !== 0) return { seen, output }
        }
        return { seen }
      }
      assert.deepEqual((await statuses(tagOf('v2'))).seen, [0, 0, 0, 0])
      const bad = await statuses(await buildRelease('v2unmigrated'))
      assert.deepEqual(bad.seen, [0, 87], bad.output)
    } finally {
      await docker(['rm', '-fv', name], { check: false })
      await docker(['rmi', '-f', 'app:ci'], { check: false })
      await rm(folder, { recursive: true })
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
