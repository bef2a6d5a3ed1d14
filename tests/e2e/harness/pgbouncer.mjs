// A real PgBouncer in transaction mode before the test server.
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { serverUrl } from './environment.mjs'
import { start, until } from './processes.mjs'

const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((file) => existsSync(file))

/** For a test's `skip`: why there is none; with CI set that is an error. */
export function withoutPgbouncer() {
  if (!program && process.env.CI) throw new Error('no pgbouncer')
  return program ? false : 'MISSING: no pgbouncer'
}

async function freePort() {
  const server = createServer()
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address()
  await new Promise((closed) => server.close(closed))
  return port
}

const answers = (port) => new Promise((resolve) => {
  const socket = createConnection(port, '127.0.0.1')
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false)).once('connect', () => socket.destroy())
})

/** Running until the end of the test; `settings` are lines of its configuration. `url(of)`: the same database through it. */
export async function startPgbouncer(context, settings = []) {
  const folder = mkdtempSync(path.join(tmpdir(), 'guard-bouncer-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  const server = new URL(serverUrl)
  const port = await freePort()
  const file = path.join(folder, 'pgbouncer.ini')
  writeFileSync(path.join(folder, 'users'), `"${server.username}" "${decodeURIComponent(server.password)}"\n`)
  writeFileSync(file, ['[databases]', `* = host=${server.hostname} port=${server.port}`, '[pgbouncer]', 'listen_addr = 127.0.0.1',
    `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = plain', `auth_file = ${folder}/users`, 'pool_mode = transaction',
    'default_pool_size = 5', ...settings, ''].join('\n'))
  const asNobody = process.getuid() === 0 ? ['-u', 'nobody'] : [] // it refuses to run as root
  start(context, [program, '-q', ...asNobody, file], {})
  await until(() => answers(port), 'pgbouncer')
  return (of) => Object.assign(new URL(of), { host: `127.0.0.1:${port}` }).toString()
}
