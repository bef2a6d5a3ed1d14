// The top-level Dockerfile: builds with the classic builder and with BuildKit, gives the same binary both times, and
// its stages hold what they should. GUARD_IMAGE of the other suites is made here.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, before, describe, it } from 'node:test'

import { run } from '../caprover/lib/parts.mjs'
import { GUARD_IMAGE } from './lib/app_image.mjs'
import { docker, dockerText, LABEL, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { filesOf, readFrom, sha256 } from './lib/image_files.mjs'
import { startPostgres } from './lib/postgres.mjs'

await requireEngine()

const ROOT = new URL('../..', import.meta.url).pathname
const EXAMPLE = 'guard-test/example'
const MINUTES = 60_000

const build = (tag, args, buildkit) =>
  docker(['build', '-q', '--label', LABEL, '-t', tag, ...args, '.'], {
    cwd: ROOT,
    timeout: 40 * MINUTES,
    env: { DOCKER_BUILDKIT: buildkit },
  })

describe('Dockerfile', { timeout: 80 * MINUTES }, () => {
  before(() => build(GUARD_IMAGE, ['--target', 'guard'], '0'))

  it('the guard stage: binary, certificate authorities, licences, bill of materials, nothing else', async () => {
    const files = await filesOf(GUARD_IMAGE)
    const others = files.filter((path) => !path.startsWith('licenses/'))
    assert.deepEqual(others.sort(), ['etc/ssl/certs/ca-certificates.crt', 'migration-guard', 'sbom.spdx.json'])
    for (const part of ['migration-guard', 'glibc', 'openssl', 'libpq', 'libpg_query'])
      assert.ok(files.includes(`licenses/${part}`), `licence of ${part}`)
  })

  it('the build stage holds the whole tree, so that the tests can be run in it', async () => {
    await build('guard-test/build', ['--target', 'build'], '0')
    const pages = ['README.md', 'CHANGELOG.md', 'docs/runbook.md', 'examples/analytics-app/README.md']
    await docker(['run', '--rm', 'guard-test/build', 'ls', ...pages, 'tests/docs/links.test.mjs'])
  })

  it('the bill of materials names each licence text that is there', async () => {
    const sbom = JSON.parse(await readFrom(GUARD_IMAGE, '/sbom.spdx.json'))
    assert.equal(sbom.spdxVersion, 'SPDX-2.3')
    const licences = (await filesOf(GUARD_IMAGE))
      .filter((path) => path.startsWith('licenses/'))
      .map((path) => path.slice(9))
    assert.deepEqual(sbom.packages.map((part) => part.name).sort(), licences.sort())
    for (const part of sbom.packages) assert.ok(part.versionInfo && part.licenseConcluded, part.name)
  })

  it('the binary starts where nothing else is', async () => {
    const version = await dockerText(
      'run',
      '--rm',
      '--network',
      'none',
      '--read-only',
      '--cap-drop',
      'ALL',
      GUARD_IMAGE,
      '--version',
    )
    assert.match(version, /^migration-guard \d+\.\d+\.\d+/)
  })

  // A second compile from nothing takes minutes: only where somebody asks for it. scripts/check-static --reproducible
  // compares two builds in any case.
  if (process.env.GUARD_TEST_THOROUGH)
    it('BuildKit gives the same bytes as the classic builder', async () => {
      await build('guard-test/guard-buildkit', ['--target', 'guard'], '1')
      const images = [GUARD_IMAGE, 'guard-test/guard-buildkit']
      const [classic, buildkit] = await Promise.all(images.map((image) => readFrom(image, '/migration-guard')))
      assert.equal(sha256(classic), sha256(buildkit))
    })
  else it('BuildKit takes the Dockerfile too', () => build('guard-test/modules', ['--target', 'modules'], '1'))

  it('the binary is at most 12 MB', async () => {
    assert.ok((await readFrom(GUARD_IMAGE, '/migration-guard')).length <= 12 * 1024 * 1024)
  })
})

describe('the example', { timeout: 30 * MINUTES }, () => {
  const network = uniqueName('guard-test')
  let database
  before(async () => {
    await build(EXAMPLE, [], '0')
    await docker(['network', 'create', '--label', LABEL, network])
    database = await startPostgres({ network, alias: 'db' })
    await database.create('analytics')
  })
  after(async () => {
    await database?.remove()
    await docker(['network', 'rm', network], { check: false })
  })

  it('is not root, has a HEALTHCHECK with probe and the guard as ENTRYPOINT', async () => {
    const [{ Config }] = JSON.parse(await dockerText('image', 'inspect', EXAMPLE))
    assert.equal(Config.User, 'node')
    assert.deepEqual(Config.Entrypoint, ['migration-guard', '--'])
    assert.deepEqual(Config.Healthcheck.Test, ['CMD', 'migration-guard', 'probe'])
    assert.ok(Config.Healthcheck.StartPeriod > 14 * 60 * 1e9, 'longer than the deadline')
  })

  it('migrates an empty database, starts, stores an event', async () => {
    const name = uniqueName('guard-test-example')
    await docker([
      'run',
      '-d',
      '--name',
      name,
      '--label',
      LABEL,
      '--network',
      network,
      '--read-only',
      '--cap-drop',
      'ALL',
      '-e',
      `DATABASE_URL=${database.url('analytics')}`,
      EXAMPLE,
    ])
    try {
      await until(
        'healthy',
        async () => (await dockerText('inspect', '-f', '{{.State.Health.Status}}', name)) === 'healthy',
        60,
      )
      const request = `'http://127.0.0.1/track', { method: 'POST', body: '{"kind":"PAGE_VIEW"}' }`
      const track = `fetch(${request}).then((answer) => console.log(answer.status))`
      assert.equal(await dockerText('exec', name, 'node', '-e', track), '201')
      assert.equal(await database.sql('analytics', 'select count(*) from "AnalyticsEvent"'), '1')
      assert.match(await database.ledger('analytics'), /20251103091000_add_analytics:applied$/)
    } finally {
      await docker(['rm', '-fv', name], { check: false })
    }
  })

  it('compose.yaml: up, and it runs', async (context) => {
    const compose = await composeCommand()
    if (!compose) {
      // tests/containers/engine installs one. A skip inside a passing file would not be seen in CI.
      assert.ok(!process.env.CI, 'not run: neither `docker compose` nor docker-compose is here')
      return context.skip('neither `docker compose` nor docker-compose is here')
    }
    const project = uniqueName('guardtest')
    const up = (...args) =>
      run(compose[0], [...compose.slice(1), '-p', project, ...args], { cwd: ROOT, env: COMPOSE, seconds: 1800 })
    // The image of `build: .` under the names that version 1 and 2 give it: docker-compose 1 does not share the
    // client's build cache, and would compile for the third time here.
    const names = [`${project}_app`, `${project}-app`]
    if (!process.env.GUARD_TEST_THOROUGH) for (const name of names) await docker(['tag', EXAMPLE, name])
    try {
      const { status, output } = await up('up', '-d', process.env.GUARD_TEST_THOROUGH ? '--build' : '--no-build')
      assert.equal(status, 0, output)
      const stores = async () => (await track('http://127.0.0.1:3000/track')) === 201
      await until('the app stores an event', stores, 120, 1000)
    } finally {
      await up('down', '-v', '--rmi', 'local')
      for (const name of names) await docker(['rmi', name], { check: false })
    }
  })
})

// Version 1 would otherwise call a client that wants the BuildKit plug-in.
const COMPOSE = { COMPOSE_DOCKER_CLI_BUILD: '0', DOCKER_BUILDKIT: '0' }

/** The status of the answer, or nothing. Not fetch(): one that a proxy of Docker's hangs up on may stay pending. */
function track(url) {
  return new Promise((resolve) => {
    const request = http.request(url, { method: 'POST', timeout: 5000, agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    request.on('timeout', () => request.destroy()).on('error', () => resolve(undefined))
    request.end('{"kind":"PAGE_VIEW"}')
  })
}

async function composeCommand() {
  for (const command of [['docker', 'compose'], ['docker-compose']]) {
    const { status } = await run(command[0], [...command.slice(1), 'version']).catch(() => ({ status: 1 }))
    if (status === 0) return command
  }
  return undefined
}
