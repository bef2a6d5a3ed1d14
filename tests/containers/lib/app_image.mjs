// Images of a small guarded app, each with a bundle of its own: what a team deploys, one release after the other.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { docker, LABEL } from './docker.mjs'

const HERE = new URL('..', import.meta.url).pathname
export const GUARD_IMAGE = process.env.GUARD_IMAGE ?? 'guard-test/guard'
export const BASE = 'guard-test/app'

const INIT = {
  '20250101000000_init': 'CREATE TABLE "Visit" ("id" SERIAL PRIMARY KEY, "page" TEXT NOT NULL);\n',
}
const VISIT = 'model Visit {\n  id Int @id @default(autoincrement())\n  page String\n'
export const SCHEMA = {
  first: `${VISIT}}\n`,
  second: `${VISIT}  referrer String?\n}\n`,
}
const ADD = 'ALTER TABLE "Visit" ADD COLUMN "referrer" TEXT;\n'

/** The releases that the suites deploy: migrations, schema, environment of the app. */
export const RELEASES = {
  v1: { migrations: INIT, schema: SCHEMA.first },
  v2: { migrations: { ...INIT, '20250201000000_referrer': ADD }, schema: SCHEMA.second },
  v2slow: { migrations: { ...INIT, '20250201000000_referrer': `SELECT pg_sleep(20);\n${ADD}` }, schema: SCHEMA.second },
  v2verySlow: {
    migrations: { ...INIT, '20250201000000_referrer': `SELECT pg_sleep(45);\n${ADD}` },
    schema: SCHEMA.second,
  },
  v2bad: {
    migrations: {
      ...INIT,
      '20250201000000_referrer': `SELECT pg_sleep(1);\n${ADD}ALTER TABLE "Nowhere" ADD COLUMN "x" TEXT;\n`,
    },
    schema: SCHEMA.second,
  },
  // The model is there, its migration was never made: `db push` in development.
  v2unmigrated: { migrations: INIT, schema: SCHEMA.second },
  v2dies: {
    migrations: { ...INIT, '20250201000000_referrer': ADD },
    schema: SCHEMA.second,
    env: { DIE_AFTER_MS: '2500' },
  },
}

async function buildFrom(context, tag, args = []) {
  await docker(['build', '-q', '--label', LABEL, '-t', tag, ...args, context], {
    timeout: 600_000,
    env: { DOCKER_BUILDKIT: '0' },
  })
}

/** An image of these Dockerfile lines; `files` beside it, by name. Gives the tag. */
export async function buildLines(tag, lines, files = {}) {
  const context = await mkdtemp(join(tmpdir(), 'guard-lines-'))
  try {
    for (const [name, text] of Object.entries({ ...files, Dockerfile: `${lines.join('\n')}\n` })) {
      await mkdir(dirname(join(context, name)), { recursive: true })
      await writeFile(join(context, name), text)
    }
    await buildFrom(context, tag)
  } finally {
    await rm(context, { recursive: true })
  }
  return tag
}

/** The image that all releases share; the guard comes from GUARD_IMAGE as users take it. */
export async function buildBase() {
  await docker(['image', 'inspect', GUARD_IMAGE])
  await buildFrom(join(HERE, 'app'), BASE, ['--build-arg', `GUARD_IMAGE=${GUARD_IMAGE}`])
}

const schemaFile = (models) => `datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n\n${models}`

/** What a release adds to the folder of an app: schema, migrations, lock file. */
export const filesOfRelease = ({ migrations, schema }) => ({
  'prisma/schema.prisma': schemaFile(schema),
  'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
  ...Object.fromEntries(
    Object.entries(migrations).map(([name, script]) => [`prisma/migrations/${name}/migration.sql`, script]),
  ),
})

/** Builds `FROM:NAME` (default: guard-test/app:NAME) and gives the tag. */
export function buildRelease(name, { migrations, schema, env = {} } = RELEASES[name], from = BASE) {
  const variables = Object.entries({ VERSION: name, ...env }).map(([key, value]) => `${key}=${value}`)
  const lines = [`FROM ${from}`, `ENV ${variables.join(' ')}`, 'COPY prisma ./prisma']
  return buildLines(`${from}:${name.toLowerCase()}`, lines, filesOfRelease({ migrations, schema }))
}
