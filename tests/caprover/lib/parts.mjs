// Paths, and the npm modules of build/caprover (tests/caprover/install puts them there).
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export const ROOT = new URL('../../..', import.meta.url).pathname.replace(/\/$/, '')
export const EXAMPLES = join(ROOT, 'examples/caprover')
export const MODULES = join(process.env.GUARD_BUILD_ROOT ?? join(ROOT, 'build'), 'caprover')
export const require = createRequire(join(MODULES, 'package.json'))
export const CLI = join(MODULES, 'node_modules/.bin')

/** Runs a command to its end; `output` is both streams; never throws for its status. Ended after `seconds`. */
export function run(command, args, { env = {}, cwd, seconds = 60, input } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own: what the command started must not hold the pipes when its time is over.
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, detached: true })
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), seconds * 1000)
    let output = ''
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text))
    child.on('error', reject).on('close', (status, signal) => {
      clearTimeout(timer)
      resolve({ status: signal ?? status, output, stdout })
    })
    child.stdin.on('error', () => {}).end(input ?? '')
  })
}
