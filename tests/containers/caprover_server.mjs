// The guard under CapRover itself: its own server and CLI, every way to deploy. Its server comes from a checkout of its
// sources, so this is run by hand and not by ctest (deploy.test.mjs has a stand-in of its API):
//
//   ./tests/containers/engine run bash -c './tests/containers/engine guard &&
//     GUARD_CAPROVER=../caprover node --test tests/containers/caprover_server.mjs'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { CLI, EXAMPLES, run } from '../caprover/lib/parts.mjs'
import { startCaprover } from './lib/caprover_server.mjs'
import { buildBase } from './lib/app_image.mjs'
import { docker, dockerText, LABEL, PATH, requireEngine, sleep, uniqueName, until } from './lib/docker.mjs'
import { startRegistry } from './lib/registry.mjs'
import { makeRepository } from './lib/repository.mjs'
import { askThrough, NETWORK, record, running, startClient, startSwarm, taskLogs, tasks, updateEnds } from './lib/swarm.mjs'

await requireEngine()
const checkout = process.env.GUARD_CAPROVER
assert.ok(checkout, 'GUARD_CAPROVER: the folder of a checkout of CapRover')

const TOKEN = 'a'.repeat(64)
// What a webhook clones from, by git's own CGI: `node -e` in an image that has git.
const GIT_SERVER = `
const http = require('http'), { spawn } = require('child_process')
http.createServer((request, response) => {
  const url = new URL(request.url, 'http://git')
  const env = { ...process.env, GIT_PROJECT_ROOT: '/repos', GIT_HTTP_EXPORT_ALL: '1', REQUEST_METHOD: request.method,
    PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), CONTENT_TYPE: request.headers['content-type'] || '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] || '', GIT_PROTOCOL: request.headers['git-protocol'] || '' }
  const child = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], { env })
  request.pipe(child.stdin)
  const parts = []
  child.stdout.on('data', (part) => parts.push(part)).on('end', () => {
    const all = Buffer.concat(parts), split = all.indexOf('\\r\\n\\r\\n')
    for (const line of all.subarray(0, split).toString().split('\\r\\n')) {
      const [name, value] = line.split(': ')
      if (name === 'Status') response.statusCode = Number(value.split(' ')[0])
      else response.setHeader(name, value)
    }
    response.end(all.subarray(split + 4))
  })
}).listen(80)`

/** The CLI drops ports from a URL, so it goes by a proxy: CapRover's name to its server, the app's to the app. */
function startFront(caprover, version) {
  const server = http.createServer(async (request, response) => {
    const { hostname, pathname, search } = new URL(request.url, 'http://none')
    if (hostname === 'shop.caprover.test') return response.end(await version())
    const target = new URL(pathname + search, caprover.url)
    const onward = http.request(target, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/** The status of a GET on this machine; fetch() would not send another Host. */
const get = (port, path, headers) =>
  new Promise((resolve) => {
    http.get({ port, path, headers }, (answer) => resolve(answer.resume().statusCode)).on('error', () => resolve(0))
  })

describe('an app under CapRover itself', { concurrency: 1, timeout: 2_400_000 }, () => {
  const app = uniqueName('shop')
  const commits = {}
  let world
  let registry
  let caprover
  let repository
  let front
  let service
  let id
  let git

  before(async () => {
    await buildBase()
    world = await startSwarm()
    registry = await startRegistry()
    const placeholder = `${registry.at}/placeholder`
    await docker(['tag', 'guard-test/proxy', placeholder])
    await docker(['push', '-q', placeholder])
    repository = await makeRepository()
    await world.database.create('shop')
    caprover = await startCaprover(checkout, placeholder)
    front = await startFront(caprover, () => askThrough(world.proxy, service, '/version'))
  })
  after(async () => {
    front?.closeAllConnections()
    front?.close()
    if (id) await caprover.ask('POST', '/user/apps/appDefinitions/delete', { appName: app, volumes: [] }).catch(() => {})
    await caprover?.end()
    const alive = () => dockerText('ps', '-q', '--filter', `name=${service}`)
    if (service) await until("the app's containers are gone", async () => (await alive()) === '', 180)
    if (git) await docker(['rm', '-fv', git], { check: false })
    await registry?.end()
    await world?.end()
    await repository?.end()
    const images = (await dockerText('images', '-q', '--filter', `reference=img-captain-${app}`)).split('\n')
    for (const image of images.filter(Boolean)) await docker(['rmi', '-f', image], { check: false })
  })

  const definition = async () => {
    const { appDefinitions } = await caprover.ask('GET', '/user/apps/appDefinitions')
    return appDefinitions.find((one) => one.appName === app)
  }
  /** "Save & Restart" of the dashboard: the whole form, with these fields changed. */
  const save = async (changes) =>
    caprover.ask('POST', '/user/apps/appDefinitions/update', { ...(await definition()), ...changes })
  const buildLog = async () => {
    const { logs, isBuildFailed } = await caprover.ask('GET', `/user/apps/appData/${app}`)
    return { text: logs.lines.join('\n'), isBuildFailed }
  }
  const built = () =>
    until('the build is done', async () => !(await caprover.ask('GET', `/user/apps/appData/${app}`)).isAppBuilding, 300)
  const version = async () => JSON.parse((await askThrough(world.proxy, service, '/version')) || '{}').release
  /** The version that CapRover believes in. */
  const current = async () => {
    const { versions, deployedVersion } = await definition()
    return versions.find((one) => one.version === deployedVersion)
  }
  const isAlone = async () => (await running(id)).length === 1
  const serves = (wanted) =>
    until(`${wanted} serves alone`, async () => (await version()) === wanted && (await isAlone()), 120)
  const ledger = () => world.database.ledger('shop')
  async function hasReadItsKey() {
    const [task, ...others] = await running(id)
    assert.deepEqual(others, [])
    assert.match(await taskLogs([task]), / apply=native config=captain-definition /)
  }
  const environment = () => ({
    PATH: `${CLI}:${PATH}`,
    HOME: repository.folder,
    CAPROVER_APP: app,
    CAPROVER_APP_TOKEN: TOKEN,
    http_proxy: `http://127.0.0.1:${front.address().port}`,
    CAPROVER_URL: 'http://captain.caprover.test',
    VERSION_URL: 'http://shop.caprover.test/version',
  })
  const deployScript = (env = {}) =>
    run('sh', [join(EXAMPLES, 'deploy.sh')], {
      cwd: repository.folder,
      env: { ...environment(), DEPLOY_ANSWERS: '2', ...env },
      seconds: 400,
    })
  const cli = (env) =>
    run('caprover', ['deploy'], {
      cwd: repository.folder,
      env: { ...environment(), CAPROVER_DEFAULT: 'false', ...env },
      seconds: 300,
    })
  /** Asks the app all the while; gives what the client saw beside what `body` gives. */
  async function watched(name, body) {
    const client = await startClient(world.proxy, service, 600, '/healthz')
    const began = Date.now()
    const result = await body()
    await sleep(Math.max(3000, 20_000 - (Date.now() - began)))
    const seen = await client.stop()
    assert.ok(seen.asked >= 20, `the client asked ${seen.asked} times`)
    await record(`caprover-${caprover.version}-${name}`, { failed: seen.failed, outageMs: seen.outageMs, asked: seen.asked })
    return { result, seen }
  }

  it('a new app: created, configured and saved as the dashboard does it', async () => {
    await caprover.ask('POST', '/user/apps/appDefinitions/register?detached=1', { appName: app, hasPersistentData: false })
    await built()
    const found = async () => {
      for (const name of [app, `srv-captain--${app}`])
        if ((await docker(['service', 'inspect', name], { check: false })).status === 0) return name
      return ''
    }
    service = await until('its service is there', found, 60)
    id = await dockerText('service', 'inspect', '-f', '{{.ID}}', service)
    const override = JSON.parse(await readFile(join(EXAMPLES, 'service-update-override.json'), 'utf8'))
    // No IPVS in every kernel that runs this; and shorter watches, as the suites of swarm_*.
    override.EndpointSpec = { Mode: 'dnsrr' }
    override.UpdateConfig.Monitor = 5_000_000_000
    override.TaskTemplate.ContainerSpec.Healthcheck.Interval = 1_000_000_000
    await save({
      envVars: [{ key: 'DATABASE_URL', value: world.database.url('shop') }],
      serviceUpdateOverride: JSON.stringify(override),
      appDeployTokenConfig: { enabled: true, appDeployToken: TOKEN },
    })
    assert.equal((await definition()).appDeployTokenConfig.appDeployToken, TOKEN)
  })

  it('deploy.sh: the first release serves, its database is migrated', async () => {
    commits.first = await repository.commit('first')
    const { status, output } = await deployScript()
    assert.equal(status, 0, `${output}\n${(await buildLog()).text}`)
    await serves(commits.first)
    assert.match(await ledger(), /^20250901080000_init:applied.*_add_analytics:applied$/)
    await hasReadItsKey()
    // docs/security.md: the build was given DATABASE_URL.
    const history = await dockerText('history', '--no-trunc', (await current()).deployedImageName)
    assert.ok(!history.includes(world.database.url('shop')))
    const host = { host: `${app}.captain.localhost` }
    const throughNginx = async () => (await get(caprover.httpPort, '/healthz', host)) === 200
    await until("it answers behind CapRover's own nginx", throughNginx, 30)
  })

  it('deploy.sh again, with a migration: no request fails', async () => {
    await repository.addMigration('20251201000000_add_note', 'ALTER TABLE "AnalyticsEvent" ADD COLUMN "note" TEXT;\n')
    commits.second = await repository.commit('second')
    const { result, seen } = await watched('good', deployScript)
    assert.equal(result.status, 0, result.output)
    await serves(commits.second)
    assert.equal(seen.failed, 0)
    assert.match(await ledger(), /_add_note:applied$/)
  })

  it('a migration that fails: deployed, says CapRover; 1, says deploy.sh; the version before it serves on', async () => {
    await repository.addMigration('20251202000000_fails', 'ALTER TABLE "Nowhere" ADD COLUMN "x" TEXT;\n')
    const commit = await repository.commit('third')
    const { result, seen } = await watched('failing', async () => {
      const ended = await deployScript({ DEPLOY_TIMEOUT: '30' })
      await built()
      await until('it has failed', async () => /_fails:failed$/.test(await ledger()), 60)
      await until('Swarm has rolled back', async () => (await updateEnds(id, 60)) === 'rollback_completed', 120)
      return ended
    })
    assert.equal(result.status, 1, result.output)
    assert.equal((await current()).gitHash, commit, 'for CapRover it is deployed')
    await serves(commits.second)
    assert.equal(seen.failed, 0)
    const { logs } = await caprover.ask('GET', `/user/apps/appData/${app}/logs?encoding=utf8`)
    assert.match(logs, /code=84 name=apply_failed/, 'App Logs of the dashboard say why')
    const resolved = await run('sh', [join(EXAMPLES, 'guard.sh'), '--image', (await current()).deployedImageName, app, 'resolve',
      '--rolled-back', '20251202000000_fails'], { env: { PATH }, seconds: 90 })
    assert.equal(resolved.status, 0, resolved.output)
    await repository.removeMigration('20251202000000_fails')
  })

  it('a revert in the version history: the old image on a database that is ahead', async () => {
    const { versions } = await definition()
    const old = versions.find((one) => one.gitHash === commits.first).deployedImageName
    const captainDefinitionContent = JSON.stringify({ schemaVersion: 2, dockerfileLines: [`FROM ${old}`] })
    await caprover.ask('POST', `/user/apps/appData/${app}?detached=1`, { captainDefinitionContent, gitHash: commits.first })
    await built()
    await serves(commits.first)
    await hasReadItsKey()
  })

  it('a webhook: the branch that is tracked is cloned and built, another is not', async () => {
    git = await startGit(repository)
    const repo = `http://${git}/repo.git`
    await save({ appPushWebhook: { repoInfo: { repo, branch: 'main', user: 'team', password: 'container-test' } } })
    const { pushWebhookToken } = (await definition()).appPushWebhook
    const push = (branch) =>
      caprover.request(`/user/apps/webhooks/triggerbuild?namespace=captain&token=${pushWebhookToken}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-github-event': 'push' },
        body: JSON.stringify({ ref: `refs/heads/${branch}` }),
      })
    commits.webhook = await repository.commit('by a webhook')
    await pushTo(git, repository)
    const before = (await definition()).versions.length
    await push('elsewhere')
    await sleep(3000)
    assert.equal((await definition()).versions.length, before)
    await push('main')
    await until('a version more', async () => (await definition()).versions.length > before, 60)
    await built()
    await serves(commits.webhook)
    await hasReadItsKey()
  })

  it('an upload in the dashboard: a form with a tar', async () => {
    const archive = join(repository.folder, 'app.tar')
    await repository.git('archive', '-o', archive, commits.first)
    const form = new FormData()
    form.append('sourceFile', new Blob([await readFile(archive)]), 'app.tar')
    await caprover.request(`/user/apps/appData/${app}?detached=1`, { method: 'POST', body: form })
    await built()
    await serves('unknown') // no commit comes with a tar
    await hasReadItsKey()
  })

  it("a tar by the CLI", async () => {
    const { status, output } = await cli({ CAPROVER_TAR_FILE: 'app.tar' })
    assert.equal(status, 0, output)
    await built()
    await serves('unknown')
    await hasReadItsKey()
  })

  it('an image by its name, pulled by CapRover', async () => {
    const { versions } = await definition()
    const image = `${registry.at}/team/${app}:2`
    await docker(['tag', versions.find((one) => one.gitHash === commits.second).deployedImageName, image])
    await docker(['push', '-q', image])
    const { status, output } = await cli({ CAPROVER_IMAGE_NAME: image })
    assert.equal(status, 0, output)
    await built()
    await serves(commits.second)
    await hasReadItsKey()
  })

  it('preDeployFunction: migrates before the switch', async () => {
    const text = await readFile(join(EXAMPLES, 'preDeployFunction.js'), 'utf8')
    await save({ preDeployFunction: text })
    await repository.addMigration('20251203000000_add_mark', 'ALTER TABLE "AnalyticsEvent" ADD COLUMN "mark" TEXT;\n')
    commits.prepared = await repository.commit('prepared')
    const { result, seen } = await watched('pre-deploy', deployScript)
    assert.equal(result.status, 0, result.output)
    await serves(commits.prepared)
    assert.equal(seen.failed, 0)
    assert.match(await ledger(), /_add_mark:applied$/)
    const [task] = await running(id)
    assert.doesNotMatch(await taskLogs([task]), /_add_mark/, 'nothing was left to the app that starts')
  })

  it('preDeployFunction that fails: nothing is sent, the build log says why, deploy.sh ends with 1', async () => {
    await repository.addMigration('20251204000000_fails', 'ALTER TABLE "Nowhere" ADD COLUMN "x" TEXT;\n')
    const commit = await repository.commit('refused')
    const before = (await tasks(id)).map((task) => task.id)
    const { result, seen } = await watched('pre-deploy-failing', () => deployScript({ DEPLOY_TIMEOUT: '30' }))
    await until('the build has failed', async () => (await buildLog()).isBuildFailed, 120)
    assert.equal(seen.failed, 0)
    assert.deepEqual((await tasks(id)).map((task) => task.id), before)
    assert.equal(await version(), commits.prepared)
    const { text } = await buildLog()
    assert.match(text, /migration-guard migrate ended with 84, nothing was deployed/)
    assert.match(text, /20251204000000_fails/)
    assert.match(text, /Deploy failed!/)
    // The build is over for CapRover before the function begins, so that its CLI ends without waiting for it.
    assert.doesNotMatch(result.output, /migrate ended/)
    assert.equal(result.status, 1, result.output)
    assert.equal((await current()).gitHash, commit, "CapRover's record says deployed all the same")
  })
})

/** A container with a git server: the repository's bare twin, cloneable at http://NAME/repo.git. */
async function startGit(repository) {
  const name = uniqueName('guard-test-git')
  await docker(['run', '-d', '--name', name, '--label', LABEL, '--network', NETWORK, '--network-alias', name,
    '--entrypoint', 'node', await serverImage(), '-e', GIT_SERVER])
  await docker(['exec', name, 'git', 'init', '-q', '--bare', '-b', 'main', '/repos/repo.git'])
  await pushTo(name, repository)
  return name
}

const serverImage = async () => (await dockerText('images', '-q', 'caprover-under-test')).split('\n')[0]

/** `git push`, by a bundle: the container's git takes what the repository has. */
async function pushTo(name, repository) {
  const bundle = join(repository.folder, '.git', 'all.bundle')
  await repository.git('bundle', 'create', '-q', bundle, 'main')
  await docker(['cp', bundle, `${name}:/all.bundle`])
  await docker(['exec', name, 'git', '--git-dir=/repos/repo.git', 'fetch', '-q', '-f', '/all.bundle', 'main:main'])
}
