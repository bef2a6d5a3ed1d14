// Prisma's schema engine compiled to WebAssembly: which of the two to load, and one instance for each URL.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { declaresUrl } from './datasource.mjs'
import { sessionFactory } from './session.mjs'

const require = createRequire(import.meta.url)

// The engine panics through this; without it a panic has no text.
let panic
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message: (message) => { panic = message },
  get: () => panic,
}

const loaded = new Map()

/** Compiled once, however many URLs one process asks about. */
function load(name) {
  if (!loaded.has(name)) loaded.set(name, instantiate(name))
  return loaded.get(name)
}

async function instantiate(name) {
  const glueFile = require.resolve(`${name}/schema_engine_bg`)
  const glue = await import(glueFile)
  const module = new WebAssembly.Module(fs.readFileSync(path.join(path.dirname(glueFile), 'schema_engine_bg.wasm')))
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return glue.SchemaEngine
}

const isSet = (value) => !['', '0', undefined].includes(value)

export class Engines {
  #engines = new Map()

  /** `state.failedScript` is set by the session, `onApplying(name)` is called when a migration begins. */
  constructor(environment, onApplying) {
    this.environment = environment
    this.onApplying = onApplying
    this.state = {}
  }

  /** The engine of 7 refuses a datasource with `url`, that of 6 wants one: `models` tell which is meant. */
  async at(url, models) {
    if (!this.#engines.has(url)) this.#engines.set(url, await this.#make(url, models))
    return this.#engines.get(url)
  }

  async #make(url, models) {
    const old = declaresUrl(models)
    const SchemaEngine = await load(old ? 'schema-engine-6' : 'schema-engine-7')
    const factory = sessionFactory(url, {
      splits: !old,
      withoutLock: isSet(this.environment.PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK),
    }, this.state)
    const datamodels = models.length > 0 ? models.map((model) => [model.path, model.content]) : undefined
    return SchemaEngine.new({ datamodels }, (line) => this.#log(line), factory)
  }

  #log(line) {
    const name = /"Applying `(.*?)`"/.exec(line)?.[1]
    if (name === undefined) return
    this.state.applying = JSON.parse(`"${name}"`)
    this.onApplying(this.state.applying)
  }
}
