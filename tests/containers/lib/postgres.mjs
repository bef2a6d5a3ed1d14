// A PostgreSQL server in a container of its own.
import { docker, dockerText, LABEL, until, uniqueName } from './docker.mjs'

const PASSWORD = 'container-test'

/** Starts a server on `network` under the name `alias`; ready when it gives the object back. */
export async function startPostgres({ network, alias }) {
  const name = uniqueName('guard-test-db')
  await docker([
    'run',
    '-d',
    '--name',
    name,
    '--label',
    LABEL,
    '--network',
    network,
    '--network-alias',
    alias,
    '-e',
    `POSTGRES_PASSWORD=${PASSWORD}`,
    'postgres:15',
    'postgres',
    '-c',
    'fsync=off',
    '-c',
    'max_connections=200',
  ])
  // By TCP, since the first phase of a new server listens on the socket alone.
  const ready = ['exec', name, 'pg_isready', '-q', '-h', '127.0.0.1', '-U', 'postgres']
  await until('PostgreSQL accepts connections', async () => (await docker(ready, { check: false })).status === 0, 60)

  const sql = (database, text) =>
    dockerText(
      'exec',
      '-e',
      `PGPASSWORD=${PASSWORD}`,
      name,
      'psql',
      '-h',
      '127.0.0.1',
      '-U',
      'postgres',
      '-d',
      database,
      '-v',
      'ON_ERROR_STOP=1',
      '-XAtq',
      '-F',
      ' ',
      '-c',
      text,
    )
  return {
    name,
    url: (database) => `postgresql://postgres:${PASSWORD}@${alias}:5432/${database}?schema=public`,
    sql,
    create: (database) => sql('postgres', `create database "${database}"`),
    drop: (database) => sql('postgres', `drop database if exists "${database}" with (force)`),
    /** A word for each row of the ledger, in order of start: `init:applied add:failed`. */
    ledger: async (database) => {
      const there = await sql(database, "select to_regclass('public._prisma_migrations') is not null")
      if (there !== 't') return 'no ledger'
      const rows = await sql(
        database,
        `select migration_name || ':' || case when rolled_back_at is not null then 'rolled back'
        when finished_at is not null then 'applied' else 'failed' end from _prisma_migrations order by started_at`,
      )
      return rows.split('\n').filter(Boolean).join(', ') || 'empty'
    },
    pause: () => docker(['pause', name]),
    unpause: () => docker(['unpause', name]),
    stop: () => docker(['stop', '-t', '5', name]),
    start: async () => {
      await docker(['start', name])
      await until('PostgreSQL is back', async () => (await docker(ready, { check: false })).status === 0, 60)
    },
    remove: () => docker(['rm', '-fv', name], { check: false }),
  }
}
