// Child processes with everything they print, a limit, and a way to wait for a line.
import { spawn } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'

const LIMIT_MS = 60_000

export class Running {
  #waiting = []

  constructor(argv, { cwd, env, input, stdio } = {}) {
    this.began = performance.now()
    this.stdout = ''
    this.stderr = ''
    this.child = spawn(argv[0], argv.slice(1), { cwd, env, stdio: stdio ?? ['pipe', 'pipe', 'pipe'] })
    for (const stream of ['stdout', 'stderr']) this.#collect(stream)
    this.child.stdin?.on('error', () => {}) // it may have closed its input
    this.child.stdin?.end(input ?? '')
    this.limit = setTimeout(() => this.kill('SIGKILL'), LIMIT_MS)
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (code, signal) => resolve(this.#result(code, signal)))
    }).finally(() => {
      clearTimeout(this.limit)
      this.#wake()
    })
    this.ended.catch(() => {})
  }

  get pid() {
    return this.child.pid
  }

  kill(signal = 'SIGTERM') {
    return this.child.kill(signal)
  }

  /** Resolves with the match once standard error or output matches `pattern`; rejects when the process ends without. */
  async seen(pattern, stream = 'stderr') {
    for (;;) {
      const match = pattern.exec(this[stream])
      if (match) return match
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`ended (${this.child.exitCode ?? this.child.signalCode}) without ${pattern}:\n${this.stderr}`)
      await new Promise((wake) => this.#waiting.push(wake))
    }
  }

  #collect(stream) {
    const decoder = new StringDecoder('utf8')
    this.child[stream]?.on('data', (bytes) => {
      this[stream] += decoder.write(bytes)
      this.#wake()
    })
  }

  #wake() {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #result(code, signal) {
    return {
      code,
      signal,
      stdout: this.stdout,
      stderr: this.stderr,
      said: this.stderr.replaceAll('\\"', '"'), // the text log puts quotes of a value behind a backslash
      lines: this.stderr.split('\n').filter((line) => line !== ''),
      ms: performance.now() - this.began,
    }
  }
}

/** A running process that ends with the test at the latest. */
export function start(context, argv, options) {
  const running = new Running(argv, options)
  context.after(async () => {
    running.kill('SIGKILL')
    await running.ended.catch(() => {})
  })
  return running
}

/** Runs to the end. */
export const finish = (argv, options) => new Running(argv, options).ended

export const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Polls until `condition` holds. */
export async function until(condition, what, limitMs = 10_000) {
  const end = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`gave up waiting: ${what}`)
    await new Promise((wake) => setTimeout(wake, 25))
  }
}
