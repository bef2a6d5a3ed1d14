// The Docker client and the engine's API, for tests. Any engine that the client reaches will do (DOCKER_HOST).
//
// Not a test. Keeps true: everything made here carries the label guard-test=1, so that cleaning up touches nothing
// else.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import http from 'node:http'
import { promisify } from 'node:util'

const run = promisify(execFile)

// A client as old as the engine can use the engine's own BuildKit; a newer one wants a plug-in for it.
const CLIENT = process.env.GUARD_DOCKER ?? (existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker')
/** The same client first in PATH, for shell scripts. */
export const PATH = existsSync('/usr/bin/docker') ? `/usr/bin:${process.env.PATH}` : process.env.PATH
export const LABEL = 'guard-test=1'

/** Runs the client; gives stdout, stderr and status, and never throws for a status but when `check` is left true. */
export async function docker(args, { check = true, timeout = 120_000, env = {}, cwd } = {}) {
  try {
    const { stdout, stderr } = await run(CLIENT, args, {
      timeout,
      cwd,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, ...env },
    })
    return { status: 0, stdout, stderr }
  } catch (error) {
    const result = { status: error.code ?? -1, stdout: error.stdout ?? '', stderr: error.stderr ?? error.message }
    if (check) throw new Error(`docker ${args.join(' ')}: ${result.status}\n${result.stdout}\n${result.stderr}`)
    return result
  }
}

/** Standard output, trimmed. */
export const dockerText = async (...args) => (await docker(args)).stdout.trim()

/** Ends the process when there is no engine: skipped aloud, and failed where CI is set. */
export async function requireEngine() {
  const { status, stderr } = await docker(['version'], { check: false, timeout: 20_000 })
  if (status === 0) return
  console.log(
    `SKIPPED: NO DOCKER ENGINE\n${stderr.trim()}\n` +
      'These tests were NOT run. Start an engine, or: ./tests/containers/engine run ./scripts/test -L containers',
  )
  process.exit(process.env.CI ? 1 : 0)
}

function target() {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'))
  return { host: hostname, port: Number(port || 2375) }
}

/** One request to the engine's API 1.41; the parsed answer, an Error for a status of 400 and more. */
export async function api(method, path, body, extra = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const content =
    text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  const options = { ...target(), method, path: `/v1.41${path}`, headers: { ...content, ...extra }, timeout: 60_000 }
  const response = await new Promise((resolve, reject) => {
    const request = http.request(options, resolve)
    request.on('error', reject).on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)))
    request.end(text)
  })
  let answer = ''
  for await (const chunk of response.setEncoding('utf8')) answer += chunk // throws when it is cut off
  if (response.statusCode >= 400) throw new Error(`${method} ${path}: ${response.statusCode} ${answer}`)
  return answer ? JSON.parse(answer) : undefined
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks until `probe` gives something true; an Error with `what` after `seconds`. */
export async function until(what, probe, seconds = 60, every = 200) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await probe()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await sleep(every)
  }
}

let unique = 0
export const uniqueName = (prefix) => `${prefix}-${process.pid}-${(unique += 1)}`
