// The top-level Dockerfile: builds with the classic builder and with BuildKit, gives the same binary both times, and
// its stages hold what they should. What takes a second compile from nothing: only with GUARD_TEST_THOROUGH.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'

import { run } from '../caprover/lib/parts.mjs'
import { buildUpload } from './lib/caprover_build.mjs'
import { docker, dockerText, LABEL, PATH, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { filesOf, readFrom, sha256 } from './lib/image_files.mjs'
import { startPostgres } from './lib/postgres.mjs'

await requireEngine()

const ROOT = new URL('../..', import.meta.url).pathname
const GUARD = 'guard-test/stage-guard'
const BUILD = 'guard-test/build'
const EXAMPLE = 'guard-test/example'
const ANOTHER_NODE = 'node:22-bookworm-slim'
const IS_THOROUGH = Boolean(process.env.GUARD_TEST_THOROUGH)
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'
const MINUTES = 60_000

/** What `caprover deploy -b BRANCH` packs. */
async function uploadOf(folder) {
  const { stdout } = await promisify(execFile)('git', ['archive', '--format=tar', 'HEAD'], {
    cwd: folder,
    encoding: 'buffer',
    maxBuffer: 1 << 28,
  })
  return stdout
}

const build = (tag, args, buildkit) =>
  docker(['build', '-q', '--label', LABEL, '-t', tag, ...args, '.'], {
    cwd: ROOT,
    timeout: 40 * MINUTES,
    env: { DOCKER_BUILDKIT: buildkit },
  })

describe('Dockerfile', { timeout: 120 * MINUTES }, () => {
  before(async () => {
    await build(GUARD, ['--target', 'guard'], '0')
    await build(BUILD, ['--target', 'build'], '0')
  })

  it('the guard stage: binary, certificate authorities, licences, bill of materials, nothing else', async () => {
    const files = await filesOf(GUARD)
    const others = files.filter((path) => !path.startsWith('licenses/'))
    assert.deepEqual(others.sort(), ['etc/ssl/certs/ca-certificates.crt', 'migration-guard', 'sbom.spdx.json'])
    for (const part of ['migration-guard', 'glibc', 'openssl', 'libpq', 'libpg_query'])
      assert.ok(files.includes(`licenses/${part}`), `licence of ${part}`)
  })

  it('the build stage holds the whole tree, so that the tests can be run in it', async () => {
    const pages = ['README.md', 'CHANGELOG.md', 'docs/runbook.md', 'examples/analytics-app/README.md']
    await docker(['run', '--rm', BUILD, 'ls', ...pages, 'tests/docs/links.test.mjs'])
  })

  // Installs what the tests need and compiles all of them: many minutes.
  if (IS_THOROUGH)
    it('the unit tests run in the build stage', async () => {
      const name = uniqueName('guard-test-units')
      // npm has to trust what this machine trusts, which may be a proxy.
      const env = ['-e', 'NODE_EXTRA_CA_CERTS=/machine.crt']
      await docker(['create', '--name', name, '--label', LABEL, ...env, BUILD, './scripts/test', '-L', 'unit'])
      try {
        if (existsSync(AUTHORITIES)) await docker(['cp', '-L', AUTHORITIES, `${name}:/machine.crt`])
        const { stdout } = await docker(['start', '-a', name], { timeout: 60 * MINUTES })
        const [, failed, total] = /100% tests passed, (\d+) tests failed out of (\d+)/.exec(stdout)
        assert.ok(failed === '0' && Number(total) > 500, stdout.slice(-2000))
      } finally {
        await docker(['rm', '-fv', name])
      }
    })

  it('the bill of materials names each licence text that is there', async () => {
    const sbom = JSON.parse(await readFrom(GUARD, '/sbom.spdx.json'))
    assert.equal(sbom.spdxVersion, 'SPDX-2.3')
    const licences = (await filesOf(GUARD))
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
      GUARD,
      '--version',
    )
    assert.match(version, /^migration-guard \d+\.\d+\.\d+/)
  })

  // scripts/check-static --reproducible compares two builds in any case.
  if (IS_THOROUGH)
    it('BuildKit gives the same bytes as the classic builder', async () => {
      await build('guard-test/guard-buildkit', ['--target', 'guard'], '1')
      const images = [GUARD, 'guard-test/guard-buildkit']
      const [classic, buildkit] = await Promise.all(images.map((image) => readFrom(image, '/migration-guard')))
      assert.equal(sha256(classic), sha256(buildkit))
    })
  else it('BuildKit takes the Dockerfile too', () => build('guard-test/modules', ['--target', 'modules'], '1'))

  it('the binary is at most 12 MB', async () => {
    assert.ok((await readFrom(GUARD, '/migration-guard')).length <= 12 * 1024 * 1024)
  })
})

describe('the example', { timeout: 30 * MINUTES }, () => {
  const network = uniqueName('guard-test')
  let database
  before(async () => {
    await build(EXAMPLE, [], '0')
    await docker(['network', 'create', '--label', LABEL, network])
    database = await startPostgres({ network, alias: 'db' })
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

  /** A container of `image` on an empty database: healthy, and an event is stored. `look` gets its name. */
  async function storesAnEvent(image, name, look = () => {}) {
    await database.create(name)
    const container = uniqueName('guard-test-example')
    const hard = ['--network', network, '--read-only', '--cap-drop', 'ALL']
    const url = ['-e', `DATABASE_URL=${database.url(name)}`]
    await docker(['run', '-d', '--name', container, '--label', LABEL, ...hard, ...url, image])
    try {
      const health = () => dockerText('inspect', '-f', '{{.State.Health.Status}}', container)
      await until('healthy', async () => (await health()) === 'healthy', 60)
      const request = `'http://127.0.0.1/track', { method: 'POST', body: '{"kind":"PAGE_VIEW"}' }`
      const track = `fetch(${request}).then((answer) => console.log(answer.status))`
      assert.equal(await dockerText('exec', container, 'node', '-e', track), '201')
      assert.equal(await database.sql(name, 'select count(*) from "AnalyticsEvent"'), '1')
      assert.match(await database.ledger(name), /20251103091000_add_analytics:applied$/)
      await look(container)
    } finally {
      await docker(['rm', '-fv', container], { check: false })
    }
  }

  it('migrates an empty database, starts, stores an event', () => storesAnEvent(EXAMPLE, 'analytics'))

  // Compiles from nothing: the tree that a CLI uploads knows no .dockerignore.
  if (IS_THOROUGH)
    it('captain-definition: the committed tree, built as CapRover builds what its CLI uploads', async () => {
      const archive = await uploadOf(ROOT)
      await buildUpload({ archive, commit: 'c0ffee' }, 'guard-test/example-upload')
      await storesAnEvent('guard-test/example-upload', 'uploaded', async (container) => {
        const { stdout, stderr } = await docker(['logs', container])
        assert.match(stdout + stderr, / apply=native config=captain-definition /)
        assert.equal(await dockerText('exec', container, 'printenv', 'APP_RELEASE'), 'c0ffee')
      })
    })

  it('ARG NODE_IMAGE: the same on another Node', async () => {
    const made = await run(join(ROOT, 'tests/containers/base-images'), [ANOTHER_NODE], { seconds: 600 })
    assert.equal(made.status, 0, made.output)
    const [, major] = /^node:(\d+)-/.exec(ANOTHER_NODE)
    await build('guard-test/example-node', ['--build-arg', `NODE_IMAGE=${ANOTHER_NODE}`], '0')
    await storesAnEvent('guard-test/example-node', 'another-node', async (container) =>
      assert.match(await dockerText('exec', container, 'node', '--version'), new RegExp(`^v${major}\\.`)),
    )
    assert.doesNotMatch(await dockerText('run', '--rm', '--entrypoint', 'node', EXAMPLE, '--version'), new RegExp(`^v${major}\\.`))
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
    try {
      const { status, output } = await up('up', '-d', '--build')
      assert.equal(status, 0, output)
      const stores = async () => (await track('http://127.0.0.1:3000/track')) === 201
      await until('the app stores an event', stores, 120, 1000)
    } finally {
      await up('down', '-v', '--rmi', 'local')
    }
  })
})

// The client of the other builds and its cache: version 1 by itself would pack the context in another way, and compile anew.
const COMPOSE = { PATH, COMPOSE_DOCKER_CLI_BUILD: '1', DOCKER_BUILDKIT: '0' }

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
