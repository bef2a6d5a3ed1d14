// A root that holds the static binary and nothing else but what a test puts there.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { guardBinary, serverUrl } from '../e2e/harness/environment.mjs'
import { finish } from '../e2e/harness/processes.mjs'
import { first, modelsOf } from '../e2e/harness/shop.mjs'

export class EmptyRoot {
  constructor(context) {
    this.directory = mkdtempSync(path.join(tmpdir(), 'guard-root-'))
    context.after(() => rmSync(this.directory, { recursive: true, force: true }))
    cpSync(guardBinary, this.path('migration-guard'))
  }

  path(...parts) {
    return path.join(this.directory, ...parts)
  }

  write(file, text) {
    mkdirSync(path.dirname(this.path(file)), { recursive: true })
    writeFileSync(this.path(file), text)
  }

  /** `streams`: what a shell does to them. */
  run(argv, env = {}, streams = '') {
    const root = process.getuid() === 0 ? [] : ['unshare', '--map-root-user']
    return finish(['/bin/sh', '-c', `exec "$@" ${streams}`, 'sh', ...root, 'chroot', this.directory, ...argv],
      { env: { PATH: process.env.PATH, MIGRATION_GUARD_FAILURE_DELAY: '0', ...env } })
  }

  guard(url, ...args) {
    return this.run(['/migration-guard', ...args], { DATABASE_URL: url })
  }

  /** A schema and migrations, so that there is something to compare. */
  bundle() {
    this.write('prisma/schema.prisma', `datasource db {\n  provider = "postgresql"\n}\n${modelsOf(3)}`)
    this.write('prisma/migrations/migration_lock.toml', 'provider = "postgresql"\n')
    for (const [name, script] of Object.entries(first(3))) this.write(`prisma/migrations/${name}/migration.sql`, script)
    return this
  }
}

/** The test server under another name. */
export function at(host, parameters = 'sslmode=disable') {
  const url = new URL(serverUrl)
  url.hostname = host
  return `${url}?${parameters}`
}
