// deploy.sh with the real CLI against a stand-in of CapRover's API.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile, copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { startFakeCaprover } from './lib/fake_caprover.mjs'
import { CLI, EXAMPLES, ROOT, run } from './lib/parts.mjs'

describe('deploy.sh', () => {
  let repository
  let commit
  const git = (...args) =>
    run('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: repository })

  before(async () => {
    repository = await mkdtemp(join(tmpdir(), 'guard-deploy-'))
    await git('init', '-q', '-b', 'main')
    await writeFile(join(repository, 'Dockerfile'), 'FROM scratch\n')
    await copyFile(join(ROOT, 'captain-definition'), join(repository, 'captain-definition'))
    await git('add', '.')
    await git('commit', '-q', '-m', 'first')
    commit = (await git('rev-parse', 'HEAD')).output.trim()
  })
  after(() => rm(repository, { recursive: true }))

  const deploy = (fake, env = {}, args = []) =>
    run('sh', [join(EXAMPLES, 'deploy.sh'), ...args], {
      cwd: repository,
      env: {
        PATH: `${CLI}:${process.env.PATH}`,
        HOME: repository,
        CAPROVER_APP: 'shop',
        CAPROVER_APP_TOKEN: fake.token,
        // The CLI drops ports from a URL: the stand-in is its proxy, so that it needs no name and no port 80.
        http_proxy: fake.url,
        CAPROVER_URL: 'http://captain.caprover.test',
        VERSION_URL: 'http://shop.caprover.test/version',
        ...env,
      },
    })

  const withFake = async (options, body) => {
    const fake = await startFakeCaprover(options)
    try {
      return await body(fake)
    } finally {
      await fake.end()
    }
  }

  it('waits until the app itself says the new commit', () =>
    withFake({ becomes: (to, question) => (question > 2 ? `release ${to}\n` : 'release old\n') }, async (fake) => {
      const { status, output } = await deploy(fake, { DEPLOY_ANSWERS: '2' })
      assert.equal(status, 0, output)
      assert.match(output, new RegExp(`deploy: ${commit} serves`))
      assert.equal(fake.seen.uploads.length, 1)
      assert.equal(fake.seen.uploads[0].app, 'shop')
      assert.equal(fake.seen.uploads[0].commit, commit)
      assert.ok(fake.seen.uploads[0].body.includes('x-migration-guard'), 'the definition arrived byte for byte')
      assert.ok(fake.seen.questions >= 4)
    }))

  it('two versions in turn are not yet a deploy', () =>
    withFake({ becomes: (to, question) => (question % 2 ? to : 'old') }, async (fake) => {
      const { status, output } = await deploy(fake, { DEPLOY_TIMEOUT: '8', DEPLOY_ANSWERS: '2' })
      assert.equal(status, 1, output)
    }))

  it('the old version serves on: 1, and where to look', () =>
    withFake({ becomes: () => 'old' }, async (fake) => {
      const { status, output } = await deploy(fake, { DEPLOY_TIMEOUT: '3' })
      assert.equal(status, 1, output)
      assert.match(output, /docker service ps --no-trunc srv-captain--shop/)
      assert.ok(!output.includes(fake.token), 'the token is not written')
    }))

  it("a refused upload ends with the CLI's status before anything is waited for", () =>
    withFake({ becomes: () => 'old' }, async (fake) => {
      const { status } = await deploy(fake, { CAPROVER_APP_TOKEN: 'wrong' })
      assert.notEqual(status, 0)
      assert.equal(fake.seen.questions, 0)
    }))

  it('an unknown branch is wrong usage', () =>
    withFake({ becomes: () => 'old' }, async (fake) => {
      assert.equal((await deploy(fake, {}, ['nosuch'])).status, 2)
    }))
})
