// The server of tests/e2e/own_server, which may be crashed: nobody else has anything in it.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

import { pg, serverFiles, serverTools, serverUrl } from '../harness/environment.mjs'

const run = promisify(execFile)

async function control(...args) {
  const files = ['-D', path.join(serverFiles, 'data'), '-l', path.join(serverFiles, 'log')]
  const argv = [path.join(serverTools, 'pg_ctl'), ...files, '-w', '-t', '60', ...args]
  if (process.getuid() === 0) argv.unshift('setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--')
  await run(argv[0], argv.slice(1), { cwd: '/' })
}

/** As when its container is killed: no checkpoint, every session cut, and recovery when it comes back. */
export async function crash(downMs) {
  await control('-m', 'immediate', 'stop')
  await new Promise((wake) => setTimeout(wake, downMs))
  await control('start')
}

/** What it has confirmed outlives a crash; scripts/with-postgres leaves that out for speed. */
export async function makeDurable() {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query('ALTER SYSTEM SET synchronous_commit = on')
  await client.query('SELECT pg_reload_conf()')
  await client.end()
}
