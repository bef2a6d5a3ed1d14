// deploy.sh from end to end: CapRover's own CLI uploads the example app, a stand-in of its server has a real engine build
// the tar and update a real service, and the app behind the proxy answers /version. Then what else CapRover can be given:
// a tar, an image's name, a revert.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { startFakeCaprover } from '../caprover/lib/fake_caprover.mjs'
import { CLI, EXAMPLES, run } from '../caprover/lib/parts.mjs'
import { GUARD_IMAGE } from './lib/app_image.mjs'
import { createService, deploy } from './lib/caprover.mjs'
import { BUILDKIT, buildUpload, CLASSIC } from './lib/caprover_build.mjs'
import { api, docker, dockerText, PATH, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { makeRepository } from './lib/repository.mjs'
import { askThrough, NETWORK, running, startSwarm, taskLogs, tasks } from './lib/swarm.mjs'

await requireEngine()

describe('an app as CapRover deploys it', { concurrency: 1, timeout: 900_000 }, () => {
  const short = uniqueName('click')
  const app = { name: `srv-captain--${short}`, image: 'guard-test/proxy', network: NETWORK }
  const images = []
  const commits = {}
  let world
  let id
  let repository
  let caprover
  let builder = CLASSIC
  let work = Promise.resolve()

  before(async () => {
    await docker(['image', 'inspect', GUARD_IMAGE])
    world = await startSwarm()
    repository = await makeRepository()
    await world.database.create('shop')
    app.env = { DATABASE_URL: world.database.url('shop') }
    id = await createService(app) // CapRover's own: a placeholder, which serves until the first deploy
    caprover = await startFakeCaprover({
      becomes: () => askThrough(world.proxy, app.name, '/version'),
      receive: (upload) => (work = buildAndUpdate(upload)),
    })
  })
  after(async () => {
    await caprover?.end()
    if (id) await api('DELETE', `/services/${id}`).catch(() => {})
    await world?.end()
    for (const image of images) await docker(['rmi', '-f', image], { check: false })
    await repository?.end()
  })

  async function buildAndUpdate(upload) {
    images.push(`img-captain-${short}:${images.length + 1}`)
    await deploy(id, Object.assign(app, { image: await buildUpload(upload, images.at(-1), builder) }))
  }

  const environment = () => ({
    PATH: `${CLI}:${PATH}`,
    HOME: repository.folder,
    CAPROVER_APP: short,
    CAPROVER_APP_TOKEN: caprover.token,
    http_proxy: caprover.url, // as in tests/caprover: the CLI drops ports from a URL
    CAPROVER_URL: 'http://captain.caprover.test',
    VERSION_URL: 'http://shop.caprover.test/version',
  })
  const deployScript = async (env = {}) => {
    const result = await run('sh', [join(EXAMPLES, 'deploy.sh')], {
      cwd: repository.folder,
      env: { ...environment(), DEPLOY_ANSWERS: '2', ...env },
      seconds: 300,
    })
    await work
    return result
  }
  const version = async () => JSON.parse((await askThrough(world.proxy, app.name, '/version')) || '{}').release
  const isAlone = async () => (await running(id)).length === 1
  const serves = (wanted) =>
    until(`${wanted} serves alone`, async () => (await version()) === wanted && (await isAlone()), 90)
  const logs = async () => taskLogs(await tasks(id))
  /** However the definition came: the container that serves has read the guard's key of it. */
  async function hasReadItsKey() {
    const [task, ...others] = await running(id)
    assert.deepEqual(others, [])
    assert.match(await taskLogs([task]), /phase=start .*apply=native config=captain-definition /)
  }

  it('the first deploy: from the placeholder to an app that says the commit, its database migrated', async () => {
    commits.first = await repository.commit('first')
    const { status, output } = await deployScript()
    assert.equal(status, 0, output)
    assert.match(output, new RegExp(`deploy: ${commits.first} serves`))
    await serves(commits.first)
    assert.match(await world.database.ledger('shop'), /^20250901080000_init:applied.*_add_analytics:applied$/)
    await hasReadItsKey()
  })

  it('the second, by BuildKit as CapRover 1.15 has it: the script ends when the new commit answers', async () => {
    builder = BUILDKIT
    await repository.addMigration('20251201000000_add_note', 'ALTER TABLE "AnalyticsEvent" ADD COLUMN "note" TEXT;\n')
    commits.second = await repository.commit('second')
    const { status, output } = await deployScript()
    assert.equal(status, 0, output)
    await serves(commits.second)
    assert.ok(output.includes(commits.first), 'the old version answered while the new one was made')
    assert.match(await world.database.ledger('shop'), /_add_note:applied$/)
  })

  it('a migration that fails: 1, and the commit before it serves on', async () => {
    builder = CLASSIC
    await repository.addMigration('20251202000000_fails', 'ALTER TABLE "Nowhere" ADD COLUMN "x" TEXT;\n')
    await repository.commit('third')
    const { status, output } = await deployScript({ DEPLOY_TIMEOUT: '10' })
    assert.equal(status, 1, output)
    await until('it has failed', async () => /_fails:failed$/.test(await world.database.ledger('shop')), 60)
    assert.equal(await version(), commits.second)
  })

  it('a revert, which CapRover builds as FROM the old image: serves on a database that is ahead', async () => {
    await buildAndUpdate({ definition: { schemaVersion: 2, dockerfileLines: [`FROM ${images[0]}`] } })
    await serves(commits.first)
    const format = '{{json .Config.Entrypoint}} {{json .Config.Healthcheck}}'
    const read = (image) => dockerText('image', 'inspect', '-f', format, image)
    assert.equal(await read(images.at(-1)), await read(images[0]), 'ENTRYPOINT and HEALTHCHECK are those of the old image')
    assert.match(await logs(), /level=warn .*20251201000000_add_note/)
    await hasReadItsKey()
  })

  it("a tar of one's own: `caprover deploy --tarFile`", async () => {
    await repository.git('archive', '-o', 'app.tar', commits.first)
    await cli({ CAPROVER_TAR_FILE: 'app.tar' })
    // The CLI knows no commit of a tar: the app says so.
    await serves('unknown')
    await hasReadItsKey()
  })

  it('an image by its name: `caprover deploy --imageName`', async () => {
    await cli({ CAPROVER_IMAGE_NAME: images[1] })
    await serves(commits.second)
    await hasReadItsKey()
  })

  async function cli(env) {
    const { status, output } = await run('caprover', ['deploy'], {
      cwd: repository.folder,
      env: { ...environment(), CAPROVER_DEFAULT: 'false', ...env },
      seconds: 60,
    })
    assert.equal(status, 0, output)
    await work
  }
})
