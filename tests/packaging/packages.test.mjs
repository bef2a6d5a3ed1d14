// The ways in beside an image: npm package, .deb, tarball. Each is made by packaging/build and then used.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

const ROOT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')
const BUILD = process.env.GUARD_BUILD_ROOT ?? join(ROOT, 'build')
const PACKAGES = join(BUILD, 'packages')
const NATIVE = process.arch === 'arm64' ? 'arm64' : 'amd64'

if (!existsSync(join(BUILD, 'static/migration-guard'))) {
  console.log('SKIPPED: NO STATIC BINARY\nThe packages were NOT tried. First: ./scripts/build-static')
  process.exit(process.env.CI ? 1 : 0)
}
const architectures = [
  NATIVE,
  ...(NATIVE === 'amd64' && existsSync(join(BUILD, 'static-arm64/migration-guard')) ? ['arm64'] : []),
]

function run(command, args, { cwd, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, timeout: 300_000 })
    let stdout = ''
    let output = ''
    child.stdout.on('data', (text) => {
      stdout += text
      output += text
    })
    child.stderr.on('data', (text) => (output += text))
    child
      .on('error', reject)
      .on('close', (status) => resolve({ status, stdout: stdout.trim(), output, pid: child.pid }))
  })
}

async function must(command, args, options) {
  const result = await run(command, args, options)
  assert.equal(result.status, 0, `${command} ${args.join(' ')}\n${result.output}`)
  return result
}

const VERSION = /^migration-guard \d+\.\d+\.\d+/

describe('packages', { timeout: 600_000 }, () => {
  let folder
  let files
  before(async () => {
    await must(join(ROOT, 'packaging/build'), architectures)
    files = await readdir(PACKAGES)
    folder = await mkdtemp(join(tmpdir(), 'guard-packages-'))
  })
  after(() => folder && rm(folder, { recursive: true }))

  const named = (pattern) => {
    const found = files.filter((name) => pattern.test(name))
    assert.equal(found.length, 1, `${pattern} in ${files.join(' ')}`)
    return join(PACKAGES, found[0])
  }

  it('SHA256SUMS covers every file', async () => {
    await must('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: PACKAGES })
    const lines = (await readFile(join(PACKAGES, 'SHA256SUMS'), 'utf8')).trim().split('\n')
    assert.equal(lines.length, files.length - 1)
  })

  it('tarball: the binary runs, licences and bill of materials are beside it', async () => {
    await must('tar', ['xzf', named(new RegExp(`linux-${NATIVE}\\.tar\\.gz$`)), '-C', folder, '--strip-components=1'])
    assert.match((await must(join(folder, 'migration-guard'), ['--version'])).stdout, VERSION)
    assert.ok(existsSync(join(folder, 'licenses/libpq')))
    assert.equal(JSON.parse(await readFile(join(folder, 'sbom.spdx.json'), 'utf8')).spdxVersion, 'SPDX-2.3')
  })

  it('tarball: two builds give the same bytes', async () => {
    const before = await readFile(join(PACKAGES, 'SHA256SUMS'), 'utf8')
    await must(join(ROOT, 'packaging/build'), architectures)
    const reproducible = (text) => text.split('\n').filter((line) => !line.endsWith('.deb'))
    assert.deepEqual(reproducible(await readFile(join(PACKAGES, 'SHA256SUMS'), 'utf8')), reproducible(before))
  })

  it('.deb: no dependency, right architecture, the binary in /usr/bin runs', async () => {
    const deb = named(new RegExp(`_${NATIVE}\\.deb$`))
    const field = async (name) => (await must('dpkg-deb', ['-f', deb, name])).stdout
    assert.equal(await field('Package'), 'migration-guard')
    assert.equal(await field('Architecture'), NATIVE)
    assert.equal(await field('Depends'), '')
    const root = join(folder, 'deb')
    await must('dpkg-deb', ['-x', deb, root])
    assert.match((await must(join(root, 'usr/bin/migration-guard'), ['--version'])).stdout, VERSION)
    assert.ok(existsSync(join(root, 'usr/share/doc/migration-guard/copyright')))
  })

  describe('npm', () => {
    let project
    const installed = () => join(project, 'node_modules/.bin/migration-guard')
    const tarballs = () => [
      named(/^migration-guard-\d[\d.]*\.tgz$/),
      named(new RegExp(`linux-${NATIVE === 'arm64' ? 'arm64' : 'x64'}-[\\d.]+\\.tgz$`)),
    ]

    before(async () => {
      project = join(folder, 'project')
      const [main, platform] = tarballs()
      // What the registry would answer: the platform's package under its own name. The other one is not there, as on
      // npm.
      const name = `@migration-guard/linux-${NATIVE === 'arm64' ? 'arm64' : 'x64'}`
      await must('mkdir', ['-p', project])
      await writeFile(
        join(project, 'package.json'),
        JSON.stringify({
          name: 'project',
          private: true,
          dependencies: { 'migration-guard': `file:${main}` },
          optionalDependencies: { [name]: `file:${platform}` },
          overrides: {
            'migration-guard': {
              [name]: `file:${platform}`,
              [`@migration-guard/linux-${NATIVE === 'arm64' ? 'x64' : 'arm64'}`]: `file:${platform}`,
            },
          },
        }),
      )
      await must(
        'npm',
        ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--offline', '--cache', join(folder, 'cache')],
        { cwd: project },
      )
    })

    it('node_modules/.bin/migration-guard runs', async () => {
      assert.match((await must(installed(), ['--version'])).stdout, VERSION)
    })

    it('becomes the guard, and the guard becomes the app: one process id all the way, no Node in between', async () => {
      const { stdout, pid } = await must(installed(), ['--', process.execPath, '-p', 'process.pid'], {
        env: { MIGRATION_GUARD_MODE: 'off' },
      })
      assert.equal(Number(stdout), pid)
    })

    it('passes on exit codes', async () => {
      assert.equal((await run(installed(), ['--no-such-flag'])).status, 64)
    })

    it("an install without the platform's package says what is missing", async () => {
      await rm(join(project, 'node_modules/@migration-guard'), { recursive: true })
      const { status, output } = await run(installed(), ['--version'])
      assert.equal(status, 70)
      assert.match(output, /no @migration-guard\/linux-\w+ beside this package/)
    })
  })

  it(
    'arm64: the binary runs under qemu',
    { skip: !architectures.includes('arm64') && 'no build/static-arm64: ./scripts/build-static --arch arm64' },
    async () => {
      const qemu = ['/usr/bin/qemu-aarch64', '/usr/bin/qemu-aarch64-static'].find((path) => existsSync(path))
      assert.ok(qemu, 'qemu-user')
      const other = join(folder, 'arm64')
      await must('mkdir', ['-p', other])
      await must('tar', ['xzf', named(/linux-arm64\.tar\.gz$/), '-C', other, '--strip-components=1'])
      assert.match((await must(qemu, [join(other, 'migration-guard'), '--version'])).stdout, VERSION)
      assert.equal((await must('dpkg-deb', ['-f', named(/_arm64\.deb$/), 'Architecture'])).stdout, 'arm64')
      await must('dpkg-deb', ['-x', named(/_arm64\.deb$/), join(other, 'deb')])
      assert.match((await must(qemu, [join(other, 'deb/usr/bin/migration-guard'), '--version'])).stdout, VERSION)
    },
  )
})
