// Prisma's own reading of a schema: its parser (prisma-schema-wasm, which getDMMF of @prisma/internals calls) and the DDL
// of its schema engine. The builds are those that the releases 4.16.2, 5.22.0, 6.19.3 and 7.10.0 depend on.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(import.meta.url)

// The WebAssembly builds report panics through this global.
let panic
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message(message) {
    panic = message
  },
  get() {
    return panic
  },
}

export const majors = [4, 5, 6, 7]
export const majorsWithEngine = [6, 7]

const parsers = new Map()
function parser(major) {
  if (!parsers.has(major)) parsers.set(major, require(`prisma-schema-${major}`))
  return parsers.get(major)
}

// Up to 5 one text, from 6 a list of files.
function schemaParameter(major, files) {
  return major >= 6 ? files : files.map(([, text]) => text).join('\n')
}

function call(major, name, parameters) {
  try {
    return { value: JSON.parse(parser(major)[name](JSON.stringify(parameters))) }
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      // A panic poisons the instance: take a new one. Known: get_dmmf of a model whose name begins beyond ASCII.
      delete require.cache[require.resolve(`prisma-schema-${major}`)]
      parsers.delete(major)
      return { error: `panic: ${panic}` }
    }
    return { error: plain(error) }
  }
}

function plain(error) {
  const text = String(error.message ?? error)
  try {
    return JSON.parse(text).message
  } catch {
    return text
  }
}

/** { value: DMMF } or { error: text }; files are [path, text] pairs. */
export function dmmf(major, files) {
  return call(major, 'get_dmmf', { prismaSchema: schemaParameter(major, files), noColor: true })
}

/** True when Prisma's validator accepts the schema. */
export function validates(major, files) {
  try {
    parser(major).validate(JSON.stringify({ prismaSchema: schemaParameter(major, files), noColor: true }))
    return true
  } catch {
    return false
  }
}

/** { value: { datasources, generators } } or { error }. */
export function config(major, files) {
  const result = call(major, 'get_config', {
    prismaSchema: schemaParameter(major, files),
    datasourceOverrides: {},
    ignoreEnvVarErrors: true,
    env: {},
    noColor: true,
  })
  return result.value?.config ? { value: result.value.config } : result
}

const engines = new Map()
async function engine(major) {
  if (!engines.has(major)) engines.set(major, instantiate(`schema-engine-${major}`))
  return engines.get(major)
}

async function instantiate(name) {
  const glueFile = require.resolve(`${name}/schema_engine_bg`)
  const glue = await import(glueFile)
  const wasm = fs.readFileSync(path.join(path.dirname(glueFile), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return glue.SchemaEngine.new({ datamodels: undefined }, () => {}, adapterThatIsNeverAsked())
}

// A diff of two texts needs no database, but the engine wants a connection to start with.
function adapterThatIsNeverAsked() {
  const ok = (value) => ({ ok: true, value })
  const adapter = {
    provider: 'postgres',
    adapterName: 'none',
    errorRegistry: { consumeError: () => undefined },
    queryRaw: async () => ok({ columnNames: [], columnTypes: [], rows: [] }),
    executeRaw: async () => ok(0),
    executeScript: async () => ok(undefined),
    getConnectionInfo: () => ok({ schemaName: 'public', supportsRelationJoins: true }),
    dispose: async () => ok(undefined),
  }
  const connect = async () => ok(adapter)
  return { ...adapter, connect, connectToShadowDb: connect }
}

/** What `prisma migrate diff --from-empty --to-schema-datamodel --script` writes. */
export async function ddl(major, files) {
  const result = await (await engine(major)).diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files: files.map(([file, content]) => ({ path: file, content })) },
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  })
  return result.stdout
}
