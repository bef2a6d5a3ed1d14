// A one-node Swarm with CapRover's parts: its overlay network, a front, a database, and a client that keeps asking.
import { mkdir, writeFile } from 'node:fs/promises'

import { api, docker, dockerText, LABEL, sleep, uniqueName, until } from './docker.mjs'
import { startPostgres } from './postgres.mjs'

export const NETWORK = 'captain-overlay-network'
const PROXY_IMAGE = 'guard-test/proxy'

export const swarmState = () => dockerText('info', '--format', '{{.Swarm.LocalNodeState}}')

/** True when the engine is in a Swarm since this call. */
export async function joinSwarm() {
  if ((await swarmState()) === 'active') return false
  await docker(['swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:2377'])
  return true
}

/** By all names: a filter is a regular expression for local networks, and none for those of a Swarm. */
const hasNetwork = async (...filters) =>
  (await dockerText('network', 'ls', '--format', '{{.Name}}', ...filters)).split('\n').includes(NETWORK)

/** CapRover's overlay network; true when it is there since this call. */
export async function makeNetwork() {
  if (await hasNetwork()) return false
  await docker(['network', 'create', '-d', 'overlay', '--attachable', '--label', LABEL, NETWORK])
  return true
}

/** Until the node has let go of its part as well: whoever came before would take it for a network, and find none. */
async function removeNetwork() {
  const isGone = async () => {
    await docker(['network', 'rm', NETWORK], { check: false })
    return !(await hasNetwork())
  }
  await until('the network is gone', isGone, 60)
}

/** The same, when it was made by these tests. */
export async function removeOurNetwork() {
  if (await hasNetwork('--filter', `label=${LABEL}`)) await removeNetwork()
}

/** A front on the network, by this name. */
async function startProxy(name) {
  const context = new URL('../images/proxy', import.meta.url).pathname
  await docker(['build', '-q', '-t', PROXY_IMAGE, context], { timeout: 300_000, env: { DOCKER_BUILDKIT: '0' } })
  const place = ['--network', NETWORK, '--network-alias', name]
  await docker(['run', '-d', '--name', name, '--label', LABEL, ...place, PROXY_IMAGE])
}

/**
 * Keeps the node's part of the network there, as CapRover's own nginx does: it goes with the last container, and who comes
 * at that moment finds the network listed and cannot join it.
 */
export const ANCHOR = 'guard-test-anchor'
export const holdNetwork = () => startProxy(ANCHOR)

/** Builds up what is missing; `end()` takes down what was built up here and nothing else. */
export async function startSwarm() {
  const joined = await joinSwarm()
  const made = await makeNetwork()
  const proxy = uniqueName('guard-test-proxy')
  await startProxy(proxy)
  const alias = uniqueName('srv-captain--db')
  const database = await startPostgres({ network: NETWORK, alias })
  return {
    database,
    proxy,
    end: async () => {
      await docker(['rm', '-fv', proxy], { check: false })
      await database.remove()
      if (made) await removeNetwork()
      if (joined) await docker(['swarm', 'leave', '--force'], { check: false })
    },
  }
}

/** Tasks of a service, the newest first: what `docker service ps` shows. */
export async function tasks(id) {
  const all = await api('GET', `/tasks?filters=${encodeURIComponent(JSON.stringify({ service: [id] }))}`)
  return all
    .sort((left, right) => right.CreatedAt.localeCompare(left.CreatedAt))
    .map((task) => ({
      id: task.ID,
      slot: task.Slot,
      created: Date.parse(task.CreatedAt),
      state: task.Status.State,
      desired: task.DesiredState,
      image: task.Spec.ContainerSpec.Image.replace(/^.*:/, '').replace(/@.*/, ''),
      exitCode: task.Status.ContainerStatus?.ExitCode,
      error: task.Status.Err ?? '',
      container: task.Status.ContainerStatus?.ContainerID,
    }))
}

export const running = async (id) =>
  (await tasks(id)).filter((task) => task.state === 'running' && task.desired === 'running')

export const serviceOf = (id) => api('GET', `/services/${id}`)

/** Waits for the end of the update that began last; gives its state ("completed", "paused", "rollback_completed"). */
export async function updateEnds(id, seconds) {
  const final = ['completed', 'paused', 'rollback_completed', 'rollback_paused']
  return until(
    'the update ends',
    async () => {
      const state = (await serviceOf(id)).UpdateStatus?.State
      return final.includes(state) && state
    },
    seconds,
    500,
  )
}

/** One answer of a service through the proxy, or nothing. */
export async function askThrough(proxy, service, path) {
  const request = `GET ${path} HTTP/1.0\\r\\nHost: ${service}\\r\\n\\r\\n`
  const script = `exec 3<>/dev/tcp/127.0.0.1/8080; printf '${request}' >&3; cat <&3`
  const { stdout } = await docker(['exec', proxy, 'bash', '-c', script], { check: false })
  return stdout.split('\r\n\r\n')[1] ?? ''
}

/** Asks through the proxy for `path` until `stop()`, which gives what it saw. Bounded by `seconds`. */
export async function startClient(proxy, service, seconds = 300, path = '/') {
  const name = uniqueName('guard-test-client')
  await docker([
    'run',
    '-d',
    '--name',
    name,
    '--label',
    LABEL,
    '--network',
    NETWORK,
    '--entrypoint',
    'node',
    'guard-test/app',
    'client.mjs',
    proxy,
    service,
    String(seconds),
    path,
  ])
  return {
    /** Its last line so far: who answered, or how it failed. */
    last: async () => summary((await docker(['logs', '--tail', '1', name])).stdout).last ?? '',
    stop: async () => {
      await docker(['kill', name], { check: false })
      const { stdout } = await docker(['logs', name])
      await docker(['rm', '-fv', name], { check: false })
      return summary(stdout)
    },
  }
}

/** Counts of a client's log, and the longest stretch without an answer. */
export function summary(log) {
  const answers = log
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [at, ...outcome] = line.split(' ')
      return { at: Number(at), outcome: outcome.join(' ') }
    })
  const versions = {}
  let failed = 0
  let outageMs = 0
  let since
  for (const { at, outcome } of answers) {
    if (outcome.startsWith('failed')) {
      failed += 1
      since ??= at
      continue
    }
    versions[outcome] = (versions[outcome] ?? 0) + 1
    if (since !== undefined) outageMs = Math.max(outageMs, at - since)
    since = undefined
  }
  if (since !== undefined) outageMs = Math.max(outageMs, answers.at(-1).at - since)
  return { asked: answers.length, failed, outageMs, versions, last: answers.at(-1)?.outcome }
}

/** Exit codes of all ended tasks, oldest first, as `docker service ps` shows them. */
export const exitCodes = (list) =>
  list
    .filter((task) => task.exitCode && !['running', 'starting'].includes(task.state))
    .map((task) => task.exitCode)
    .reverse()

/** The task of `release` that migrates, once its row is in the ledger. `run`: what a scenario's body gets. */
export const migrating = (run, release) =>
  until(
    `${release} migrates`,
    async () => {
      const list = (await run.tasks()).filter((task) => task.image === release && task.container)
      return (await run.ledger()).includes('referrer') && list[0]
    },
    60,
  )

/** Waits until the container of that task has ended. */
export const taskEnds = (run, id) =>
  until(
    'the task has ended',
    async () => {
      const now = (await run.tasks()).find((one) => one.id === id)
      return now?.exitCode !== undefined && ['failed', 'shutdown', 'complete'].includes(now.state)
    },
    150,
  )

/** Everything that a finished task's container wrote, while it is still there. */
export async function taskLogs(list) {
  const texts = await Promise.all(
    list
      .filter((task) => task.container)
      .map(async (task) => {
        const { stdout, stderr } = await docker(['logs', task.container], { check: false })
        return stdout + stderr
      }),
  )
  return texts.join('\n')
}

/** Keeps one line of results for docs/swarm.md, in build/swarm-results/. */
export async function record(name, result) {
  const folder = new URL('../../../build/swarm-results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify({ name, ...result }, undefined, 2)}\n`)
  console.log(`# ${name}: ${JSON.stringify(result)}`)
}

export { sleep }
