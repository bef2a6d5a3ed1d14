// Images of a registry that asks for a login, as CapRover has it (Cluster, Docker Registry Configuration): who hands the
// login on, and who does not. CapRover's requests are made by the library that it uses.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { EXAMPLES, run } from '../caprover/lib/parts.mjs'
import { buildBase, buildRelease, GUARD_IMAGE } from './lib/app_image.mjs'
import { deploy } from './lib/caprover.mjs'
import { ended, engine } from './lib/caprover_build.mjs'
import { docker, LABEL, PATH, requireEngine, uniqueName } from './lib/docker.mjs'
import { PASSWORD, startRegistry, USER } from './lib/registry.mjs'
import { tagOf } from './lib/scenario.mjs'
import { withService } from './lib/service.mjs'
import { running, startSwarm, updateEnds } from './lib/swarm.mjs'

await requireEngine()

/** What preDeployFunction gets by require('dockerode'); the engine may live elsewhere than its text says. */
function Here() {
  return engine
}

describe('a private registry', { concurrency: 1, timeout: 600_000 }, () => {
  let world
  let registry
  let login
  before(async () => {
    await buildBase()
    for (const release of ['v1', 'v2']) await buildRelease(release)
    registry = await startRegistry({ withLogin: true })
    login = { username: USER, password: PASSWORD, serveraddress: registry.at }
    await push(tagOf('v2'), 'shop:2')
    await push(GUARD_IMAGE, 'migration-guard:1')
    world = await startSwarm()
  })
  after(async () => {
    await world?.end()
    for (const name of ['shop:2', 'migration-guard:1']) await forget(name)
    await registry?.end()
  })

  const named = (name) => `${registry.at}/team/${name}`
  const withLogin = () => ({ env: { DOCKER_CONFIG: registry.loggedIn } })
  const forget = (name) => docker(['rmi', '-f', named(name)], { check: false })

  async function push(image, name) {
    await docker(['tag', image, named(name)])
    await docker(['push', '-q', named(name)], withLogin())
    await forget(name)
  }

  it('asks for the login', async () => {
    assert.match((await docker(['pull', named('shop:2')], { check: false })).stderr, /no basic auth credentials/)
  })

  it('imageName: CapRover pulls with its login, the service is updated, the guard migrates', () =>
    withService(world, {}, async (app, id) => {
      const pulled = await engine.createImage({ fromImage: named('shop'), tag: '2', authconfig: login })
      await ended(pulled)
      await deploy(id, Object.assign(app, { image: named('shop:2') }), { login })
      assert.equal(await updateEnds(id, 90), 'completed')
      assert.match(await world.database.ledger(app.database), /referrer:applied/)
    }))

  it('preDeployFunction fetches an image that a clean-up took away, with the login of the update', () =>
    withService(world, {}, async (app, id) => {
      await forget('shop:2')
      const text = await readFile(join(EXAMPLES, 'preDeployFunction.js'), 'utf8')
      const preDeploy = new Function('require', `${text}\nreturn preDeployFunction`)(() => Here)
      const deployed = Object.assign(app, { image: named('shop:2') })
      await assert.rejects(deploy(id, deployed, { preDeploy }), /no basic auth credentials/)
      assert.equal((await running(id))[0].image, 'v1')
      await deploy(id, deployed, { preDeploy, login })
      assert.match(await world.database.ledger(app.database), /referrer:applied/)
      assert.equal(await updateEnds(id, 90), 'completed')
    }))

  it("guard.sh has the shell's logins and not CapRover's: says so, and runs after a docker login", () =>
    withService(world, {}, async (app) => {
      await forget('shop:2')
      const guard = (env) =>
        run('sh', [join(EXAMPLES, 'guard.sh'), '--image', named('shop:2'), app.short, 'check'], {
          env: { PATH, ...env },
          seconds: 60,
        })
      const refused = await guard({})
      assert.equal(refused.status, 69, refused.output)
      assert.ok(refused.output.includes(`docker login ${registry.at}\n`), refused.output)
      const { status, output } = await guard({ DOCKER_CONFIG: registry.loggedIn })
      assert.equal(status, 80, output)
    }))

  describe('FROM a private image, as CapRover has it built', () => {
    /** As DockerApi.buildImageFromDockerFile does: the logins of all registries, the builder's version. */
    async function build(version) {
      const folder = await mkdtemp(join(tmpdir(), 'guard-private-'))
      const tag = uniqueName('guard-test/private')
      try {
        await writeFile(join(folder, 'Dockerfile'), `FROM ${named('migration-guard:1')}\nLABEL ${LABEL}\n`)
        await run('tar', ['-cf', 'context.tar', 'Dockerfile'], { cwd: folder })
        const registryconfig = { [registry.at]: { username: USER, password: PASSWORD } }
        const stream = await engine.buildImage(join(folder, 'context.tar'), { t: tag, version, registryconfig })
        return await ended(stream).then(
          () => 'built',
          (error) => String(error),
        )
      } catch (error) {
        return String(error)
      } finally {
        await docker(['rmi', '-f', tag], { check: false })
        await rm(folder, { recursive: true })
      }
    }

    it('classic builder (CapRover before 1.15): builds', async () => {
      await forget('migration-guard:1')
      assert.equal(await build('1'), 'built')
    })

    it('BuildKit (CapRover 1.15): refused, until the image is on the server', async () => {
      await forget('migration-guard:1')
      assert.match(await build('2'), /401 Unauthorized|no basic auth credentials|authorization failed/)
      await docker(['pull', '-q', named('migration-guard:1')], withLogin())
      assert.equal(await build('2'), 'built')
    })
  })
})
