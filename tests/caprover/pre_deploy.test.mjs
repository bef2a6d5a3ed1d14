// preDeployFunction, evaluated as CapRover evaluates it, with a recording stand-in for dockerode. With a real engine:
// tests/containers/caprover.test.mjs.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'

import { EXAMPLES } from './lib/parts.mjs'

const UPDATE = { TaskTemplate: { ContainerSpec: { Image: 'app:2', Env: ['DATABASE_URL=x'] } } }

function fakeDocker(status, log) {
  const seen = []
  class Docker {
    async createContainer(options) {
      seen.push(['create', options])
      const note =
        (name, answer) =>
        async (...args) => {
          seen.push([name, ...args])
          return answer
        }
      return {
        start: note('start'),
        wait: note('wait', { StatusCode: status }),
        logs: note('logs', Buffer.from(log)),
        stop: note('stop'),
        remove: note('remove'),
      }
    }
  }
  return { Docker, seen }
}

describe('preDeployFunction', () => {
  let text
  before(async () => {
    text = await readFile(join(EXAMPLES, 'preDeployFunction.js'), 'utf8')
  })

  const evaluate = (Docker) =>
    new Function('require', `${text}\nreturn preDeployFunction`)((name) => {
      assert.equal(name, 'dockerode')
      return Docker
    })

  it('migrates once in the new image and lets the update pass unchanged', async () => {
    const { Docker, seen } = fakeDocker(0, '')
    assert.equal(await evaluate(Docker)({}, UPDATE), UPDATE)
    const [, options] = seen[0]
    assert.equal(options.Image, 'app:2')
    assert.deepEqual(options.Entrypoint, ['/usr/local/bin/migration-guard', 'migrate'])
    assert.deepEqual(options.Env, ['DATABASE_URL=x'])
    assert.equal(options.HostConfig.NetworkMode, 'captain-overlay-network')
    assert.deepEqual(
      seen.map(([name]) => name),
      ['create', 'start', 'wait', 'stop', 'remove'],
    )
  })

  it('has the path of the guard on a line of its own: npm installs it elsewhere', async () => {
    const line = /^  const GUARD_PATH = '([^']+)' \/\/ installed by npm: '([^']+)'$/m.exec(text)
    assert.equal(line?.[1], '/usr/local/bin/migration-guard')
    const { Docker, seen } = fakeDocker(0, '')
    text = text.replace(line[0], `  const GUARD_PATH = '${line[2]}'`)
    await evaluate(Docker)({}, UPDATE)
    assert.deepEqual(seen[0][1].Entrypoint, ['/app/node_modules/.bin/migration-guard', 'migrate'])
    text = await readFile(join(EXAMPLES, 'preDeployFunction.js'), 'utf8')
  })

  it('a failure is thrown with status and log, so that no update is sent, and the container is removed', async () => {
    const { Docker, seen } = fakeDocker(84, '\x1b[31mmigration-guard\x1b[0m code=84 apply_failed')
    await assert.rejects(
      evaluate(Docker)({}, UPDATE),
      /ended with 84, nothing was deployed\nmigration-guard code=84 apply_failed/,
    )
    assert.equal(seen.at(-1)[0], 'remove')
  })
})
