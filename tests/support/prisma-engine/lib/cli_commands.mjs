// `schema-engine cli can-connect-to-database | create-database | drop-database`: answered by exit status and one line of
// JSON on standard error.
import pg from 'pg'

import { clientConfig, urlOfModels, urlOfOption } from './datasource.mjs'
import { Engines } from './engine.mjs'
import { describeError } from './errors.mjs'

function log(level, fields) {
  const line = { timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' }
  process.stderr.write(`${JSON.stringify(line)}\n`)
}

const quoted = (name) => `"${name.replaceAll('"', '""')}"`

async function query(url, database, sql) {
  const client = new pg.Client(clientConfig(url, database).config)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

const commands = {
  async 'can-connect-to-database'(url, options) {
    const engine = await new Engines(options.environment, () => {}).at(url, options.models)
    await engine.ensureConnectionValidity({ datasource: { tag: 'ConnectionString', url } })
    log('INFO', { message: 'Connection successful' })
  },
  async 'create-database'(url) {
    const { config, schema } = clientConfig(url)
    await query(url, 'postgres', `CREATE DATABASE ${quoted(config.database)}`)
    await query(url, undefined, `CREATE SCHEMA IF NOT EXISTS ${quoted(schema ?? 'public')}`)
  },
  async 'drop-database'(url) {
    await query(url, 'postgres', `DROP DATABASE ${quoted(clientConfig(url).config.database)}`)
  },
}

/** The exit status. */
export async function runCliCommand(options) {
  process.stderr.write('\n') // the CLI skips the first line
  try {
    const command = commands[options.cliCommand]
    if (!command) throw new Error(`unknown subcommand ${options.cliCommand}`)
    await command(urlOfOption(options.datasource) ?? urlOfModels(options.models, options.environment), options)
    process.exit(0) // the session of the connectivity check is still open
  } catch (error) {
    const { code, message } = describeError(error)
    log('ERROR', { is_panic: false, error_code: code ?? '', message })
    process.exit(1)
  }
}
