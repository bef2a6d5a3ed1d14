// JSON-RPC, one object a line, one request at a time.
import readline from 'node:readline'

import { urlOfModels, urlOfOption } from './datasource.mjs'
import { Engines } from './engine.mjs'
import { describeError } from './errors.mjs'
import { readMigrations } from './migrations_directory.mjs'
import { failedScript } from './script_error.mjs'

const asModels = (files) => files.map((file) => ({ path: file.path, content: file.content }))

/** What older CLIs leave to the engine is put where the newer engine looks for it. */
function modernise(method, params) {
  if (params.migrationsDirectoryPath) {
    params.migrationsList = readMigrations(params.migrationsDirectoryPath)
    delete params.migrationsDirectoryPath
  }
  for (const side of [params.from, params.to]) {
    if (side?.tag !== 'migrations' || typeof side.path !== 'string') continue
    Object.assign(side, readMigrations(side.path))
    delete side.path
  }
  if (method !== 'dbExecute') params.filters ??= { externalTables: [], externalEnums: [] }
  return params
}

/** The schema files that a request carries, beside those of the command line. */
function modelsOf(params) {
  const holders = [params.schema, params.datasourceType, params.from, params.to]
  return holders.flatMap((holder) => asModels(holder?.files ?? []))
}

class Server {
  #prints = new Map()

  constructor(options, output) {
    this.options = options
    this.output = output
    this.url = urlOfOption(options.datasource)
    this.engines = new Engines(options.environment, (name) => this.#announce(name))
  }

  #send(message) {
    this.output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }

  // The native engine has its host print each migration's name as it starts on it.
  #announce(name) {
    this.#send({ method: 'print', id: `applying-${name}`, params: { content: `Applying migration \`${name}\`` } })
  }

  #print(content, id) {
    return new Promise((resolve) => {
      this.#prints.set(id, resolve)
      this.#send({ method: 'print', id, params: { content } })
    })
  }

  /** True when `message` is an answer to something that we asked the CLI to print. */
  acknowledges(message) {
    if (message.method !== undefined) return false
    this.#prints.get(message.id)?.()
    this.#prints.delete(message.id)
    return true
  }

  #urlFor(params) {
    const { environment, models } = this.options
    const holder = [params.datasource, params.datasourceType, params.from, params.to].find((one) => one?.url)
    if (holder) return holder.url
    if (this.url) return this.url
    const files = [params.datasourceType, params.from, params.to].find((one) => /^schema(Datasource)?$/.test(one?.tag))
    return urlOfModels(asModels(files?.files ?? []), environment) ?? urlOfModels(models, environment) ??
      environment.DATABASE_URL
  }

  async #result(id, method, given) {
    const params = modernise(method, given)
    if (method === 'listMigrationDirectories')
      return { migrations: params.migrationsList.migrationDirectories.map((directory) => directory.path) }
    const url = this.#urlFor(params)
    if (method === 'createDatabase') return { databaseName: decodeURIComponent(new URL(url).pathname.slice(1)) }
    const engine = await this.engines.at(url, [...this.options.models, ...modelsOf(params)])
    this.engines.state.failedScript = undefined
    const result = (await engine[method === 'getDatabaseVersion' ? 'version' : method](params)) ?? {}
    if (method !== 'diff') return result
    const { stdout, ...rest } = result
    if (stdout) await this.#print(stdout.replace(/\n$/, ''), `print-${id}`)
    return rest
  }

  #error(method, params, error) {
    const failed = this.engines.state.failedScript
    const migration = method === 'applyMigrations' && failed &&
      params.migrationsList.migrationDirectories.find((one) => one.migrationFile.content.value === failed.script)
    const { code, message, meta } = migration ? failedScript(migration.path, failed) : describeError(error)
    const data = { is_panic: false, message, meta, ...(code ? { error_code: code } : {}) }
    return { code: 4466, message: 'An error happened. Check the data field for details.', data }
  }

  async answer({ id, method, params = {} }) {
    try {
      this.#send({ id, result: await this.#result(id, method, params ?? {}) })
    } catch (error) {
      this.#send({ id, error: this.#error(method, params ?? {}, error) })
    }
  }
}

/** Answers requests until standard input ends. */
export async function serve(options, input, output) {
  const server = new Server(options, output)
  let last = Promise.resolve()
  for await (const line of readline.createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    const message = JSON.parse(line)
    if (server.acknowledges(message)) continue
    last = last.then(() => server.answer(message))
  }
  await last
}
