// A release as its image would hold it, and the guard in it.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { absent, declared } from './declared.mjs'
import { unpack } from './releases.mjs'
import { objects, urlOf } from './server.mjs'

/** As compare-projects does it: the file with the datasource; the folder when other files declare the models. */
function schemaPath(texts) {
  const withDatasource = [...texts].filter(([, text]) => /^\s*datasource\s/m.test(text))
  const postgres = withDatasource.find(([, text]) => /provider\s*=\s*"postgres/.test(text))?.[0]
  return postgres && withDatasource.length < texts.size ? path.dirname(postgres) : postgres
}

export const missing = (verdict) => verdict.schema.missing.map((one) => one.object).sort()

export class Image {
  constructor(repository, release, directory) {
    const { migrations, schemas } = unpack(repository, release, directory)
    const texts = new Map(schemas.map((file) => [file, readFileSync(file, 'utf8')]))
    this.commit = release.commit.slice(0, 9)
    this.scripts = release.scripts
    this.migrations = migrations
    this.schema = schemaPath(texts)
    this.declared = declared(texts.get(this.schema) ?? [...texts.values()].join('\n'))
  }

  guard(database, args) {
    const env = { PATH: process.env.PATH, URL_OF_REPLAY: urlOf(database) }
    const [subcommand, ...options] = args
    return spawnSync(process.env.GUARD_BINARY, [subcommand, '--schema-path', this.schema, '--migrations-dir', this.migrations,
      '--apply', 'native', '--database-url-env', 'URL_OF_REPLAY', '--failure-delay', '0', ...options],
    { env, cwd: this.migrations, encoding: 'utf8', maxBuffer: 1 << 28 })
  }

  /** The object of --json. */
  ask(database, ...args) {
    const result = this.guard(database, [...args, '--json'])
    try {
      return JSON.parse(result.stdout)
    } catch {
      throw new Error(`${this.commit}: ${args.join(' ')} ended with ${result.status ?? result.signal}: ${result.stderr}`)
    }
  }

  check(database) {
    return this.ask(database, 'check')
  }

  /** What the database lacks, by the second opinion. */
  absent(database) {
    return absent(this.declared, objects(database))
  }

  has(name) {
    return this.scripts.has(name)
  }
}
