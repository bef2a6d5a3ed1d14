// The guard inside containers that give it little: no libc, no shell, no passwd entry, no writable folder, no
// capability, little memory; and what the app gets after the exec.
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'

import { run } from '../caprover/lib/parts.mjs'
import { buildBase, buildLines, buildRelease, GUARD_IMAGE } from './lib/app_image.mjs'
import { docker, dockerText, LABEL, PATH, requireEngine, uniqueName, until } from './lib/docker.mjs'
import { readFrom } from './lib/image_files.mjs'
import { startPostgres } from './lib/postgres.mjs'
import { shellBlocks } from './lib/readme.mjs'

await requireEngine()

const HARD = [
  '--read-only',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
  '--user',
  '12345:12345',
  '--pids-limit',
  '64',
]
const APP = 'guard-test/app:v2'

/** Images that hold a bundle, the guard and next to nothing else. */
async function buildBare(tag, lines) {
  const dockerfile = [
    `FROM ${GUARD_IMAGE} AS guard`,
    `FROM ${APP} AS app`,
    ...lines,
    'COPY --from=guard /migration-guard /bin/migration-guard',
    'COPY --from=app /app/prisma /app/prisma',
    'COPY --from=app /app/captain-definition /app/captain-definition',
    'WORKDIR /app',
    'ENTRYPOINT ["/bin/migration-guard"]',
    '',
  ]
  const folder = await mkdtemp('/tmp/guard-bare-')
  await writeFile(`${folder}/Dockerfile`, dockerfile.join('\n'))
  await docker(['build', '-q', '--label', LABEL, '-t', tag, folder], {
    timeout: 300_000,
    env: { DOCKER_BUILDKIT: '0' },
  })
  await rm(folder, { recursive: true })
}

describe('in a container', { concurrency: 2, timeout: 600_000 }, () => {
  const network = uniqueName('guard-test')
  const databases = []
  let server

  before(async () => {
    await buildBase()
    await buildRelease('v1')
    await buildRelease('v2')
    await buildRelease('v2slow')
    await buildBare('guard-test/bare-scratch', ['FROM scratch'])
    await buildBare('guard-test/bare-nolibc', [
      'FROM debian:bookworm-slim AS tools',
      'RUN apt-get update && apt-get install -y --no-install-recommends busybox-static',
      'FROM scratch',
      'COPY --from=tools /bin/busybox /bin/busybox',
    ])
    await docker(['network', 'create', '--label', LABEL, network])
    server = await startPostgres({ network, alias: 'db' })
  })
  after(async () => {
    await server?.remove()
    await docker(['network', 'rm', network], { check: false })
  })

  const newDatabase = async () => {
    const name = uniqueName('hard')
    databases.push(name)
    await server.create(name)
    return name
  }
  const runArgs = (database, extra = []) => [
    '--label',
    LABEL,
    '--network',
    network,
    '-e',
    `DATABASE_URL=${server.url(database)}`,
    '-e',
    'MIGRATION_GUARD_FAILURE_DELAY=0',
    ...extra,
  ]
  const once = (database, image, command, extra = []) =>
    docker(['run', '--rm', ...runArgs(database, extra), image, ...command], { check: false })

  async function started(database, extra, command = []) {
    const name = uniqueName('guard-test-app')
    await docker(['run', '-d', '--name', name, ...runArgs(database, extra), APP, ...command])
    return name
  }
  const logsOf = async (name) => {
    const { stdout, stderr } = await docker(['logs', name])
    return stdout + stderr
  }
  const stateOf = async (name, path) => dockerText('inspect', '-f', `{{${path}}}`, name)

  for (const [where, image] of [
    ['an empty image', 'guard-test/bare-scratch'],
    ['an image without libc', 'guard-test/bare-nolibc'],
  ])
    it(`${where}, read-only, no capability, no passwd entry, 32 MB: migrates and checks`, async () => {
      const database = await newDatabase()
      const limits = [...HARD, '--memory', '32m']
      const migrate = await once(database, image, ['migrate', '--json'], limits)
      assert.equal(migrate.status, 0, migrate.stdout + migrate.stderr)
      assert.equal(JSON.parse(migrate.stdout).appliedNow.length, 2)
      const check = await once(database, image, ['check', '--json'], limits)
      assert.equal(check.status, 0, check.stderr)
      assert.equal(JSON.parse(check.stdout).verdict, 'ok')
    })

  it('node-slim, read-only, no capability, no passwd entry, 64 MB: the app starts and becomes healthy', async () => {
    const name = await started(await newDatabase(), [...HARD, '--memory', '64m'])
    try {
      await until('healthy', async () => (await stateOf(name, '.State.Health.Status')) === 'healthy', 60)
    } finally {
      await docker(['rm', '-fv', name])
    }
  })

  it('the app is process 1, with nothing of the guard left: descriptors, children, signals, environment', async () => {
    const database = await newDatabase()
    const name = await started(database, [])
    try {
      await until('the app listens', async () => (await logsOf(name)).includes('listens'), 60)
      // A probe may run, and Node opens a descriptor for it: the fewest of a few looks are those that stay.
      const lookAt = async (container) => {
        const looks = []
        for (let i = 0; i < 5; ++i) looks.push(JSON.parse(await dockerText('exec', container, 'node', 'look.mjs')))
        const fewest = (of) => Math.min(...looks.map((look) => look[of]))
        return { ...looks[0], descriptors: fewest('descriptors'), processes: fewest('processes') }
      }
      const seen = await lookAt(name)
      assert.equal(seen.exe, '/usr/local/bin/node')
      assert.deepEqual(seen.cmd, ['node', 'server.mjs'])
      assert.equal(BigInt(`0x${seen.blocked}`), 0n)
      assert.equal(seen.processes, 2, 'process 1 and the one that looks')

      // The rest is compared with the same app started without the guard.
      const plain = uniqueName('guard-test-plain')
      await docker(['run', '-d', '--name', plain, ...runArgs(database, ['--entrypoint', 'node']), APP, 'server.mjs'])
      try {
        await until('the plain app listens', async () => (await logsOf(plain)).includes('listens'), 60)
        const steady = ({ env, ...rest }) => ({ ...rest, env: env.filter((pair) => !pair.startsWith('HOSTNAME=')) })
        assert.deepEqual(steady(seen), steady(await lookAt(plain)))
      } finally {
        await docker(['rm', '-fv', plain])
      }
    } finally {
      await docker(['rm', '-fv', name])
    }
  })

  for (const [signal, code] of [
    ['TERM', 143],
    ['INT', 130],
    ['HUP', 129],
    ['QUIT', 131],
  ])
    it(`SIG${signal} while it waits for a database: ${code} at once`, async () => {
      const name = uniqueName('guard-test-signal')
      await docker([
        'run',
        '-d',
        '--name',
        name,
        '--label',
        LABEL,
        '--network',
        network,
        '-e',
        'DATABASE_URL=postgresql://u:p@nowhere.invalid:5432/x',
        APP,
      ])
      try {
        await until('it waits', async () => (await logsOf(name)).includes('migration-guard'), 30)
        const began = Date.now()
        await docker(['kill', '-s', signal, name])
        await docker(['wait', name], { timeout: 20_000 })
        assert.equal(await stateOf(name, '.State.ExitCode'), String(code))
        assert.ok(Date.now() - began < 5000, 'promptly')
      } finally {
        await docker(['rm', '-fv', name])
      }
    })

  it('docker stop after the exec reaches the app', async () => {
    const name = await started(await newDatabase(), [])
    try {
      await until('the app listens', async () => (await logsOf(name)).includes('listens'), 60)
      await docker(['stop', name])
      assert.equal(await stateOf(name, '.State.ExitCode'), '0', 'the app ended by itself, not by SIGKILL')
    } finally {
      await docker(['rm', '-fv', name])
    }
  })

  it('docker inspect tells what the guard is doing: phase, migration, elapsed', async () => {
    const name = uniqueName('guard-test-health')
    await docker([
      'run',
      '-d',
      '--name',
      name,
      ...runArgs(await newDatabase(), ['--read-only']),
      'guard-test/app:v2slow',
    ])
    try {
      const line = await until(
        'a probe during the migration',
        async () => {
          const log = JSON.parse(await dockerText('inspect', '-f', '{{json .State.Health.Log}}', name)) ?? []
          return log.find((probe) => probe.Output.includes('20250201000000_referrer'))
        },
        30,
      )
      assert.equal(line.ExitCode, 1)
      assert.match(line.Output, /\d+(\.\d+)? ?m?s/)
      assert.equal(await stateOf(name, '.State.Health.Status'), 'starting')
      await until('healthy', async () => (await stateOf(name, '.State.Health.Status')) === 'healthy', 60)
    } finally {
      await docker(['rm', '-fv', name])
    }
  })

  // Swarm stops the old version at the first healthy probe.
  for (const [what, env, waits] of [
    ['PORT is known: not healthy before the app listens', ['-e', 'PORT=8080'], true],
    ['no port is known: healthy once the guard has passed, as the log warns', [], false],
  ])
    it(what, async () => {
      const image = await buildLines('guard-test/app:no-port', [`FROM ${APP}`, 'COPY captain-definition ./'], {
        'captain-definition': '{"schemaVersion": 2, "x-migration-guard": {"apply": "native", "probePath": "/"}}',
      })
      const name = uniqueName('guard-test-port')
      const args = runArgs(await newDatabase(), [...env, '-e', 'BOOT_MS=15000'])
      await docker(['run', '-d', '--name', name, ...args, image])
      try {
        await until('healthy', async () => (await stateOf(name, '.State.Health.Status')) === 'healthy', 60)
        const log = await logsOf(name)
        assert.equal(log.includes('listens'), waits, log)
        assert.equal(/level=warn.*no port is known/.test(log), !waits, log)
      } finally {
        await docker(['rm', '-fv', name])
      }
    })

  const refusals = [
    ['no DATABASE_URL', ['-e', 'DATABASE_URL='], [], 78],
    ['a command that is not there', [], ['nosuch'], 127],
    ['a command that cannot be executed', [], ['/app/captain-definition'], 126],
    [
      'an unreachable database',
      ['-e', 'MIGRATION_GUARD_WAIT_TIMEOUT=1s', '-e', 'DATABASE_URL=postgresql://u:p@nowhere.invalid/x'],
      [],
      69,
    ],
    ['a wrong password', ['-e', 'DATABASE_URL=postgresql://postgres:wrong@db:5432/postgres'], [], 77],
  ]
  for (const [cause, extra, command, code] of refusals)
    it(`${cause}: ${code}, and no password in the log`, async () => {
      const { status, stdout, stderr } = await once(await newDatabase(), APP, command, extra)
      assert.equal(status, code, stdout + stderr)
      assert.ok(!(stdout + stderr).includes('container-test'), 'no secret')
    })

  describe("README's trial on a container that runs", () => {
    /** An unguarded app on a database that v2 has migrated, and the commands of a README block run against it. */
    async function trial(extra, script) {
      const database = await newDatabase()
      assert.equal((await once(database, APP, ['migration-guard', 'migrate'])).status, 0)
      const name = uniqueName('guard-test-trial')
      const args = runArgs(database, [...extra, '--entrypoint', 'node'])
      await docker(['run', '-d', '--name', name, ...args, APP, 'server.mjs'])
      const folder = await mkdtemp('/tmp/guard-trial-')
      try {
        await until('the app listens', async () => (await logsOf(name)).includes('listens'), 60)
        await writeFile(`${folder}/migration-guard`, await readFrom(GUARD_IMAGE, '/migration-guard'), { mode: 0o755 })
        const rows = () => server.sql(database, 'select count(*) from _prisma_migrations')
        const before = await rows()
        const result = await run('sh', ['-e', '-c', script], { cwd: folder, env: { PATH, app: name } })
        assert.equal(await rows(), before, 'nothing is written')
        assert.deepEqual(await readdir(folder), ['migration-guard'], 'no file with a password is left')
        return result
      } finally {
        await docker(['rm', '-fv', name])
        await rm(folder, { recursive: true })
      }
    }

    it('docker cp, docker exec', async () => {
      const [block] = await shellBlocks('## Try it first, read-only')
      const lines = block.split('\n')
      const script = lines.slice(lines.findIndex((line) => line.startsWith('docker cp '))).join('\n')
      const { status, output } = await trial([], script)
      assert.equal(status, 0, output)
      assert.match(output, /ok: the database matches the image/)
    })

    it('--read-only: one beside it, with its image, environment and network', async () => {
      const [, block] = await shellBlocks('## Try it first, read-only')
      const { status, output } = await trial(HARD, block)
      assert.equal(status, 0, output)
      assert.match(output, /ok: the database matches the image/)
    })
  })

  it('docker run IMAGE migration-guard check: checks, and migrates nothing', async () => {
    const database = await newDatabase()
    const { status, stderr } = await once(database, APP, ['migration-guard', 'check'])
    assert.equal(status, 80, stderr)
    assert.equal(await server.ledger(database), 'no ledger')
  })
})
