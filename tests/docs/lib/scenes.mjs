// Where documented commands are run: a copy of the example app, and a database in a known state beside it.
import { spawn, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..', '..', '..')
const installed = join(root, 'build', 'demo')
const server = process.env.GUARD_TEST_POSTGRES
const tools = process.env.GUARD_TEST_POSTGRES_BIN
const binary = process.env.GUARD_BINARY

/** Why nothing can be run here, or null. */
export function whatIsMissing() {
  if (!binary || !existsSync(binary)) return 'no guard binary (GUARD_BINARY)'
  if (!server) return 'no PostgreSQL server (run under scripts/with-postgres)'
  return null
}

let counter = 0

export class Scene {
  #role = null

  /** Throws when `name` is not in `stories`. */
  static async create(name, stories) {
    if (!stories[name]) throw new Error(`no scene "${name}"`)
    const scene = new Scene(await freePort())
    await stories[name](scene)
    return scene
  }

  constructor(port) {
    this.database = `guard_docs_${process.pid}_${++counter}`
    this.port = port
    this.folder = mkdtempSync(join(tmpdir(), 'guard-docs.'))
    this.app = join(this.folder, 'app')
    const bin = join(this.folder, 'bin')
    mkdirSync(bin)
    symlinkSync(binary, join(bin, 'migration-guard'))
    cpSync(join(root, 'examples', 'analytics-app'), this.app, { recursive: true })
    symlinkSync(join(installed, 'november', 'node_modules'), join(this.app, 'node_modules'))
    this.url = server.replace(/\/postgres$/, `/${this.database}`)
    this.environment = {
      PATH: `${bin}:${tools}:${process.env.PATH}`,
      HOME: this.folder,
      TMPDIR: this.folder,
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      PORT: String(port),
      DATABASE_URL: this.url,
      PRISMA_SCHEMA_ENGINE_BINARY: readFileSync(join(installed, 'engine'), 'utf8').trim(),
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      NO_COLOR: '1',
    }
    this.#psql(server, `CREATE DATABASE ${this.database}`)
  }

  close() {
    this.#psql(server, `DROP DATABASE ${this.database} WITH (FORCE)`)
    if (this.#role) this.#psql(server, `DROP ROLE ${this.#role}`)
    rmSync(this.folder, { recursive: true })
  }

  sql(text) {
    this.#psql(this.url, text)
  }

  #psql(url, text) {
    execFileSync(join(tools, 'psql'), ['-Xq', '-v', 'ON_ERROR_STOP=1', url, '-c', text], { stdio: 'pipe' })
  }

  read(path) {
    return readFileSync(join(this.app, path), 'utf8')
  }

  write(path, text) {
    mkdirSync(dirname(join(this.app, path)), { recursive: true })
    writeFileSync(join(this.app, path), text)
  }

  /** Adds or changes text in schema.prisma. */
  schema(before, after) {
    const text = this.read('prisma/schema.prisma')
    if (!text.includes(before)) throw new Error(`no ${before} in schema.prisma`)
    this.write('prisma/schema.prisma', text.replace(before, after))
  }

  migration(name, script) {
    this.write(`prisma/migrations/${name}/migration.sql`, script)
  }

  script(name) {
    return this.read(`prisma/migrations/${name}/migration.sql`)
  }

  /** From now on the app has a login of its own, and the one that migrates stands in DIRECT_URL. */
  login(role) {
    this.#role = role
    this.#psql(server, `DROP ROLE IF EXISTS ${role}`)
    this.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'secret-of-${role}'`)
    this.environment.DIRECT_URL = this.url
    this.environment.DATABASE_URL = this.url.replace(/\/\/[^@]*@/, `//${role}:secret-of-${role}@`)
  }

  remove(path) {
    rmSync(join(this.app, path), { recursive: true })
  }

  /** Applies what the app bundles, without the CLI; the schema check stays aside. */
  deploy() {
    this.guard('migrate', '--apply', 'native', '--on-schema-mismatch', 'ignore')
  }

  guard(...options) {
    execFileSync(binary, options, { cwd: this.app, env: this.environment, stdio: 'pipe' })
  }

  /** Runs commands one after the other in one shell; gives what each wrote, both streams together. */
  async run(commands) {
    const lines = ['exec 2>&1', 'said=0']
    for (const text of commands) {
      const here = text.replaceAll('localhost:3000', `localhost:${this.port}`).replaceAll(/@db\b/g, '@127.0.0.1')
      lines.push(`printf '\\036'; (exit $said); ${here}`, 'said=$?')
      if (text.endsWith('&')) lines.push(waitForTheApp)
    }
    lines.push('exec >/dev/null; jobs -p | xargs -r kill; wait')
    const shell = spawn('bash', ['-c', lines.join('\n')], { cwd: this.app, env: this.environment, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    for await (const piece of shell.stdout.setEncoding('utf8')) text += piece
    return this.#asInContainer(text).split('\x1e').slice(1)
  }

  /** Names of this machine and this run become those that a container of the app would show. */
  #asInContainer(text) {
    return text
      .replaceAll(join(installed, 'november'), '/app')
      .replaceAll(this.app, '/app')
      .replaceAll(process.execPath, '/usr/local/bin/node')
      .replaceAll('/usr/bin/node', '/usr/local/bin/node')
      .replaceAll(this.environment.PRISMA_SCHEMA_ENGINE_BINARY, '/app/node_modules/@prisma/engines/schema-engine')
      .replaceAll(this.database, 'shop')
      .replaceAll(new URL(server).port, '5432')
      .replaceAll('127.0.0.1', 'db')
      .replaceAll(`:${this.port}`, ':3000')
  }
}

const waitForTheApp = `
for i in $(seq 300); do
  curl -sf localhost:$PORT/healthz >/dev/null && break
  sleep 0.1
done
sleep 0.3`

function freePort() {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, () => {
      const { port } = listener.address()
      listener.close(() => resolve(port))
    })
  })
}
