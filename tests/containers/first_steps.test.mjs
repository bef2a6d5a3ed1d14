// A new user's path, as README.md has it: the example app and its plain Dockerfile, the page's own lines put in, built,
// started beside a PostgreSQL. Every command and line comes out of the page; the time is printed, and has a limit. With
// GUARD_TEST_THOROUGH step 1 compiles from nothing.
import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { run } from '../caprover/lib/parts.mjs'
import { docker, dockerText, LABEL, PATH, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { startPostgres } from './lib/postgres.mjs'
import { guardLines, shellBlocks, stepsOf, withLines } from './lib/readme.mjs'
import { ANY_ENGINE, APP, withEngine } from './lib/recipes.mjs'

await requireEngine()

const ROOT = new URL('../..', import.meta.url).pathname
const LIMIT_SECONDS = 600
const PLAIN = 'guard-test/first-steps-plain'
const GUARDED = 'guard-test/first-steps'

describe('from nothing to a guarded deployment', { timeout: 40 * 60_000 }, () => {
  const network = uniqueName('guard-test')
  let server
  let folder
  before(async () => {
    await docker(['network', 'create', '--label', LABEL, network])
    server = await startPostgres({ network, alias: 'db' })
    folder = await mkdtemp(join(tmpdir(), 'guard-first-steps-'))
    await cp(APP, folder, { recursive: true, filter: (path) => !path.includes('node_modules') })
  })
  after(async () => {
    await server?.remove()
    await docker(['network', 'rm', network], { check: false })
    if (folder) await rm(folder, { recursive: true })
  })

  const build = (tag) =>
    docker(['build', '-q', '--label', LABEL, '-t', tag, ...ANY_ENGINE('PRISMA_SCHEMA_ENGINE_BINARY'), folder], {
      timeout: 15 * 60_000,
      env: { DOCKER_BUILDKIT: '0' },
    })

  /** A container of `image` that was asked to store an event: the answer's status, and how it looked by then. */
  async function tryApp(image, database, ready) {
    return withApp(image, database, ready, async (name) => {
      const request = `'http://127.0.0.1:3000/track', { method: 'POST', body: '{"kind":"PAGE_VIEW"}' }`
      const track = `fetch(${request}).then((answer) => console.log(answer.status))`
      const status = await dockerText('exec', name, 'node', '-e', track)
      const { stdout, stderr } = await docker(['logs', name])
      return { status, log: stdout + stderr }
    })
  }

  async function withApp(image, database, ready, body) {
    await server.create(database)
    const name = `${uniqueName('guard-test-first')}-shop`
    const args = ['--name', name, '--label', LABEL, '--network', network, '-e', `DATABASE_URL=${server.url(database)}`]
    await docker(['run', '-d', ...args, image])
    try {
      await until('the app is up', () => ready(name), 120)
      return await body(name)
    } finally {
      await docker(['rm', '-fv', name], { check: false })
    }
  }
  const listens = async (name) => (await docker(['logs', name])).stdout.includes('listening on')
  const isHealthy = async (name) => {
    const [state, health] = (
      await dockerText('inspect', '-f', '{{.State.Status}} {{.State.Health.Status}}', name)
    ).split(' ')
    if (state === 'exited') throw new Error((await docker(['logs', name])).stderr)
    return health === 'healthy'
  }

  it('the app as it was: starts on an empty database, and fails at every event', async () => {
    const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8')
    assert.doesNotMatch(dockerfile, /ENTRYPOINT|HEALTHCHECK|migration-guard /)
    await build(PLAIN)
    const { status, log } = await tryApp(await withEngine(PLAIN), 'unguarded', listens)
    assert.notEqual(status, '201')
    assert.match(log, /P2021|does not exist/)
  })

  it("README's lines, as they stand there: healthy, the event is stored", async (context) => {
    const began = Date.now()
    const [buildGuard, , lookAtBundle] = await stepsOf()
    assert.match(buildGuard, /^docker build --target guard -t migration-guard:1 \.$/)
    const fresh = process.env.GUARD_TEST_THOROUGH ? 'docker build --no-cache ' : 'docker build '
    const made = await run('sh', ['-c', buildGuard.replace('docker build ', fresh)], {
      cwd: ROOT,
      env: { PATH, DOCKER_BUILDKIT: '0' }, // the client of the other suites: each has a build cache of its own
      seconds: 1500,
    })
    assert.equal(made.status, 0, made.output)
    const guardSeconds = Math.round((Date.now() - began) / 1000)

    const file = join(folder, 'Dockerfile')
    const plain = await readFile(file, 'utf8')
    const lines = await guardLines()
    assert.ok(plain.includes(lines.find((line) => line.startsWith('CMD '))), 'CMD stays what it was')
    assert.match(lookAtBundle, /^RUN \["migration-guard", "check", "--no-database"\]$/)
    await writeFile(file, withLines(plain, [...lines, lookAtBundle]))
    await build(GUARDED)
    const { status, log } = await tryApp(await withEngine(GUARDED), 'guarded', isHealthy)
    assert.equal(status, '201', log)
    assert.equal(await server.sql('guarded', 'select count(*) from "AnalyticsEvent"'), '1')
    assert.match(await server.ledger('guarded'), /20251103091000_add_analytics:applied$/)

    const seconds = Math.round((Date.now() - began) / 1000)
    context.diagnostic(`from nothing to a guarded deployment: ${seconds} s; guard's image: ${guardSeconds} s of them`)
    assert.ok(seconds < LIMIT_SECONDS, `${seconds} s`)
  })

  it("README's read-only trial, every line of it: from the build to what the unguarded app lacks", async () => {
    const [block] = await shellBlocks('## Try it first, read-only')
    assert.match(block, /^docker build .*\ndocker create .*docker cp .*docker rm guard$/m)
    assert.match(block, /docker ps -q -f name=shop \| head -n 1/)
    await withApp(await withEngine(PLAIN), 'trial', listens, async (name) => {
      const repository = await mkdtemp(join(tmpdir(), 'guard-trial-'))
      try {
        const isSource = (path) => !/\/(\.git|\.cache|build|node_modules)(\/|$)/.test(path.slice(ROOT.length - 1))
        await cp(ROOT, repository, { recursive: true, filter: isSource })
        const { status, output } = await run('sh', ['-e', '-c', block.replace('name=shop', `name=${name}`)], {
          cwd: repository,
          env: { PATH, DOCKER_BUILDKIT: '0' },
          seconds: 1500,
        })
        assert.equal(status, 80, output)
        assert.match(output, /3 migrations? .*pending|pending.* 3/)
        assert.equal(await server.ledger('trial'), 'no ledger', 'nothing was written')
      } finally {
        await rm(repository, { recursive: true })
      }
    })
  })
})
