// How the guard gets onto a builder that has never seen it, as docs/caprover.md says, and the CI workflow that does so:
// a Dockerfile with README's own lines, the guard from a registry, from the repository, from a build argument.
import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { EXAMPLES, require, ROOT, run } from '../caprover/lib/parts.mjs'
import { filesOfRelease, GUARD_IMAGE, RELEASES } from './lib/app_image.mjs'
import { docker, dockerText, PATH, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { readFrom } from './lib/image_files.mjs'
import { guardLines } from './lib/readme.mjs'
import { startRegistry } from './lib/registry.mjs'

await requireEngine()

const yaml = require('yaml')
const NODE = 'node:20-bookworm-slim'
const DEFINITION = '{"schemaVersion": 2, "dockerfilePath": "./Dockerfile", "x-migration-guard": {"apply": "native"}}\n'
const PLAIN = [`FROM ${NODE}`, 'WORKDIR /app', 'COPY . .']

describe('a builder that has never seen the guard', { timeout: 900_000 }, () => {
  let registry
  let pushed
  before(async () => {
    await docker(['image', 'inspect', GUARD_IMAGE])
    registry = await startRegistry()
    // docs/caprover.md: docker build --target guard -t REGISTRY/migration-guard:1, docker push
    pushed = `${registry.at}/migration-guard:1`
    await docker(['tag', GUARD_IMAGE, pushed])
    await docker(['push', '-q', pushed])
    await docker(['rmi', pushed])
  })
  after(async () => {
    await docker(['rmi', '-f', pushed], { check: false })
    await registry?.end()
  })

  /** A repository with an app and this Dockerfile; `body(folder)`. */
  async function inRepository(lines, release, body) {
    const folder = await mkdtemp(join(tmpdir(), 'guard-repository-'))
    try {
      const files = {
        ...filesOfRelease(release),
        'captain-definition': DEFINITION,
        'src/server.js': "require('node:http').createServer((_, answer) => answer.end()).listen(process.env.PORT)\n",
        Dockerfile: `${lines.join('\n')}\n`,
      }
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true })
        await writeFile(join(folder, name), text)
      }
      return await body(folder)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  async function buildAndLook(folder, args = []) {
    const tag = uniqueName('guard-test/builder').toLowerCase()
    try {
      await docker(['build', '-q', '-t', tag, ...args, folder], { timeout: 300_000, env: { DOCKER_BUILDKIT: '0' } })
      const { status, stdout, stderr } = await docker(
        ['run', '--rm', '--network', 'none', tag, 'migration-guard', 'check', '--no-database'],
        { check: false },
      )
      assert.equal(status, 0, stdout + stderr)
      const [{ Config }] = JSON.parse(await dockerText('image', 'inspect', tag))
      assert.deepEqual(Config.Entrypoint, ['migration-guard', '--'])
      assert.ok(Config.Env.some((pair) => /^PORT=\d+$/.test(pair)), 'the probe knows whom to ask')
    } finally {
      await docker(['rmi', '-f', tag], { check: false })
    }
  }

  const copiedFrom = async (source) =>
    (await guardLines()).map((line) => line.replace(/^COPY --from=\S+ \S+/, `COPY ${source}`))

  it('README and caprover.md show the same lines, but for port and command', async () => {
    const steady = (lines) => lines.filter((line) => !/^(ENV PORT=\d+$|CMD )/.test(line))
    assert.deepEqual(steady(await guardLines('docs/caprover.md')), steady(await guardLines()))
    for (const page of ['README.md', 'docs/caprover.md'])
      assert.ok((await guardLines(page)).some((line) => /^ENV PORT=\d+$/.test(line)), page)
  })

  it("from a registry, named by a build argument, as CapRover passes the dashboard's variables", async () => {
    const page = await readFile(join(ROOT, 'docs/caprover.md'), 'utf8')
    const [, head] = /^```dockerfile\n(ARG GUARD_IMAGE=\S+\nFROM \$\{GUARD_IMAGE\} AS guard)\n/m.exec(page)
    const lines = [...head.split('\n'), ...PLAIN, ...(await copiedFrom('--from=guard /migration-guard'))]
    await inRepository(lines, RELEASES.v2, (folder) => buildAndLook(folder, ['--build-arg', `GUARD_IMAGE=${pushed}`]))
  })

  it('the binary of the tarball, kept in the repository', async () => {
    const page = await readFile(join(ROOT, 'docs/caprover.md'), 'utf8')
    const [copy] = /^COPY docker\/migration-guard \/usr\/local\/bin\/migration-guard$/m.exec(page)
    const lines = (await guardLines()).map((line) => (line.startsWith('COPY --from=') ? copy : line))
    await inRepository([...PLAIN, ...lines], RELEASES.v2, async (folder) => {
      const binary = join(folder, 'docker/migration-guard')
      await mkdir(dirname(binary))
      await writeFile(binary, await readFrom(GUARD_IMAGE, '/migration-guard'))
      await chmod(binary, 0o755)
      await buildAndLook(folder)
    })
  })

  it('the CI workflow: each step, on a release that is good and on one whose model no migration creates', async () => {
    const { jobs } = yaml.parse(await readFile(join(EXAMPLES, '.github/workflows/migrations.yml'), 'utf8'))
    const job = jobs.migrations
    const [postgres] = Object.values(job.services)
    const name = uniqueName('guard-test-ci')
    const variables = Object.entries(postgres.env).flatMap(([key, value]) => ['-e', `${key}=${value}`])
    // A free port: 5432 of this machine may be taken. On a runner it is the one that the workflow names.
    await docker(['run', '-d', '--name', name, '-p', '127.0.0.1::5432', ...variables, postgres.image])
    try {
      const ready = ['exec', name, 'pg_isready', '-q', '-h', '127.0.0.1']
      await until('the service is up', async () => (await docker(ready, { check: false })).status === 0, 60)
      const port = (await dockerText('port', name, '5432/tcp')).split('\n')[0].split(':').pop()
      const env = {
        ...job.env,
        PATH,
        DOCKER_BUILDKIT: '0',
        DATABASE_URL: job.env.DATABASE_URL.replace(':5432', `:${port}`),
        GUARD_IMAGE: pushed,
      }
      const steps = job.steps.filter((one) => one.run)
      const statuses = async (release) =>
        inRepository([...PLAIN, ...(await guardLines())], release, async (cwd) => {
          const seen = []
          for (const step of steps) {
            const { status, output } = await run('bash', ['-e', '-c', step.run], { cwd, env, seconds: 180 })
            seen.push(status)
            if (status !== 0) return { seen, output }
          }
          return { seen }
        })
      assert.deepEqual((await statuses(RELEASES.v2)).seen, [0, 0, 0, 0, 0])
      const bad = await statuses(RELEASES.v2unmigrated)
      assert.deepEqual(bad.seen, [0, 0, 87], bad.output)
    } finally {
      await docker(['rm', '-fv', name], { check: false })
      await docker(['rmi', '-f', 'app:ci'], { check: false })
    }
  })
})
