// The files that people copy for Kubernetes and Fly: do they say what the platform understands, and is there room in them for
// what the guard may take? No cluster runs them here.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'

const ROOT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')
const MODULES = join(process.env.GUARD_BUILD_ROOT ?? join(ROOT, 'build'), 'platforms')
const require = createRequire(join(MODULES, 'package.json'))
const toml = require('smol-toml')
const yaml = require('yaml')

const UNITS = { s: 1, m: 60, h: 3600 }
const seconds = (text) => Number(text.slice(0, -1)) * UNITS[text.at(-1)]

/** A default of the guard, asked of the binary itself. */
const defaults = JSON.parse(
  execFileSync(process.env.GUARD_BINARY, ['config', '--json'], { cwd: tmpdir(), encoding: 'utf8', env: {} }),
).settings
const deadline = seconds(defaults.deadline.value)
const stopTimeout = seconds(defaults.stopTimeout.value)

/** Every command in it that names the guard is one that the guard has. */
function isSubcommand([binary, subcommand]) {
  return binary === 'migration-guard' && ['check', 'migrate', 'probe', 'wait'].includes(subcommand)
}

describe('examples/kubernetes/app.yaml', () => {
  const documents = yaml
    .parseAllDocuments(readFileSync(join(ROOT, 'examples/kubernetes/app.yaml'), 'utf8'))
    .map((document) => document.toJS())
  const [deployment] = documents
  const pod = deployment.spec.template.spec
  const [app] = pod.containers
  const directory = mkdtempSync(join(tmpdir(), 'platforms-'))
  after(() => rmSync(directory, { recursive: true }))

  /** What the compiler says of them as literals of Kubernetes' own types: those refuse a key that the API does not know. */
  function complaints(some) {
    const [workload, service] = some.map((document) => JSON.stringify(document))
    writeFileSync(
      join(directory, 'manifests.ts'),
      `import type { Deployment } from 'kubernetes-types/apps/v1'
       import type { Service } from 'kubernetes-types/core/v1'
       export const deployment: Deployment = ${workload}
       export const service: Service = ${service}\n`,
    )
    rmSync(join(directory, 'node_modules'), { force: true })
    symlinkSync(join(MODULES, 'node_modules'), join(directory, 'node_modules'))
    const compiler = join(MODULES, 'node_modules/typescript/bin/tsc')
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', 'manifests.ts']
    return spawnSync(process.execPath, [compiler, ...flags], { cwd: directory, encoding: 'utf8' }).stdout
  }

  it('is what the API of Kubernetes describes', () => assert.equal(complaints(documents), ''))

  it('would be told of a key or value that the API does not know', () => {
    const misspelt = structuredClone(documents)
    misspelt[0].spec.template.spec.containers[0].startupProbes = {}
    assert.match(complaints(misspelt), /startupProbes/)
    const wrong = structuredClone(documents)
    wrong[0].spec.replicas = 'three'
    assert.match(complaints(wrong), /'string' is not assignable to type 'number'/)
  })

  it('leaves the ENTRYPOINT alone, since `command` would replace the guard', () => assert.equal(app.command, undefined))

  it('gives a start as long as the guard may take, and the rollout longer', () => {
    const { failureThreshold, periodSeconds, exec } = app.startupProbe
    assert.ok(failureThreshold * periodSeconds > deadline)
    assert.ok(deployment.spec.progressDeadlineSeconds > failureThreshold * periodSeconds)
    assert.ok(isSubcommand(exec.command))
  })

  it('keeps the old pods until a new one is ready', () =>
    assert.equal(deployment.spec.strategy.rollingUpdate.maxUnavailable, 0))

  it('leaves a stopped migration the time that stopTimeout promises', () =>
    assert.ok(pod.terminationGracePeriodSeconds > stopTimeout))

  it('sets only variables that the guard knows', () => {
    const env = Object.fromEntries(app.env.filter(({ value }) => value).map(({ name, value }) => [name, value]))
    const told = spawnSync(process.env.GUARD_BINARY, ['config'], { cwd: tmpdir(), encoding: 'utf8', env })
    assert.equal(told.status, 0, told.stderr)
    assert.doesNotMatch(told.stdout + told.stderr, /unknown variable/)
  })

  it('asks for no capability, no root, and nothing to write to', () => {
    assert.equal(app.securityContext.readOnlyRootFilesystem, true)
    assert.ok(app.securityContext.runAsNonRoot && app.securityContext.runAsUser > 0)
  })
})

describe('examples/fly/fly.toml', () => {
  const { deploy, env, kill_signal, kill_timeout, http_service } = toml.parse(
    readFileSync(join(ROOT, 'examples/fly/fly.toml'), 'utf8'),
  )

  it('releases with a subcommand of the guard, behind the guard as ENTRYPOINT', () => {
    const command = deploy.release_command.split(' ')
    assert.ok(isSubcommand(command))
    // As Fly does it: the release command takes the place of CMD. Without a project this subcommand ends with 66.
    const told = spawnSync(process.env.GUARD_BINARY, ['--', process.env.GUARD_BINARY, ...command.slice(1)], {
      cwd: tmpdir(),
      encoding: 'utf8',
      env: {},
    })
    assert.equal(told.status, 66, told.stderr)
    assert.doesNotMatch(told.stderr, /phase=start/)
  })

  it('gives the release command longer than the deadline', () =>
    assert.ok(seconds(deploy.release_command_timeout) > deadline))

  it('stops with SIGTERM, and later than stopTimeout', () => {
    assert.equal(kill_signal, 'SIGTERM')
    assert.ok(kill_timeout > stopTimeout && kill_timeout <= 300)
  })

  it('asks the port on which the app listens', () => assert.equal(String(http_service.internal_port), env.PORT))
})
