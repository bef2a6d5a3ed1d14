// Which database: from --datasource, from the request, or from the datasource block of the schema; and what Prisma's
// dialect of a URL means to node-pg.

const BLOCK = /^\s*datasource\s+\w+\s*\{([\s\S]*?)^\s*\}/m

export class DatasourceError extends Error {
  code = 'P1012'
}

/** True when the schema's datasource block carries a URL: Prisma up to 6. */
export const declaresUrl = (models) => models.some((model) => /^\s*url\s*=/m.test(BLOCK.exec(model.content)?.[1] ?? ''))

function property(block, name, environment) {
  const match = new RegExp(`^\\s*${name}\\s*=\\s*(?:env\\(\\s*"([^"]+)"\\s*\\)|"([^"]*)")`, 'm').exec(block)
  if (!match) return undefined
  const [, variable, literal] = match
  if (!variable) return literal
  if (environment[variable] === undefined) throw new DatasourceError(`Environment variable not found: ${variable}.`)
  return environment[variable]
}

/** The URL that migrate commands of Prisma up to 6 use: directUrl when there is one. */
export function urlOfModels(models, environment) {
  for (const model of models) {
    const block = BLOCK.exec(model.content)?.[1]
    if (block) return property(block, 'directUrl', environment) ?? property(block, 'url', environment)
  }
  return undefined
}

/** The URL of the command line: a JSON object (6.19 and later) or the bare URL. */
export function urlOfOption(datasource) {
  if (!datasource) return undefined
  return datasource.trimStart().startsWith('{') ? JSON.parse(datasource).url : datasource
}

const seconds = (text, fallback) => (text === null ? fallback : Number(text)) * 1000

/** node-pg's configuration; `database` may be replaced (shadow database, CREATE DATABASE). */
export function clientConfig(urlText, database) {
  const url = new URL(urlText)
  const parameters = url.searchParams
  const socket = parameters.get('host')
  const schema = parameters.get('schema')
  const config = {
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    host: socket ?? url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 5432),
    database: database ?? (url.pathname.slice(1) || 'postgres'),
    application_name: parameters.get('application_name') ?? undefined,
    connectionTimeoutMillis: seconds(parameters.get('connect_timeout'), 5),
    ssl: parameters.get('sslmode') === 'require' ? { rejectUnauthorized: parameters.get('sslaccept') === 'strict' } : false,
  }
  const options = parameters.get('options')
  if (options) config.options = options
  // The native engine sends SET search_path itself; a session setting of the same effect, which a script can change
  // and RESET just as there.
  return { config, schema }
}
