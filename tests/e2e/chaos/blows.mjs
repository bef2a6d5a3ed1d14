// What may befall a start at a moment that nobody chose.
import { readFileSync } from 'node:fs'

import { alive } from '../harness/processes.mjs'
import { crash } from './server.mjs'

function childrenOf(pid) {
  try {
    const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    const direct = own === '' ? [] : own.split(' ').map(Number)
    return [...direct, ...direct.flatMap(childrenOf)]
  } catch {
    return [] // it has just ended
  }
}

function strike(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // it was quicker
  }
}

const MIGRATES = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 72707369"
const sessions = (database, which) => database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${which}`)

/** Each is given { guards: running processes, database, random }. */
export const BLOWS = {
  'SIGKILL of the guard': ({ guards, random }) => random.pick(guards).kill('SIGKILL'),
  'SIGTERM of the guard': ({ guards, random }) => random.pick(guards).kill('SIGTERM'),
  'SIGKILL of all its processes': ({ guards, random }) => {
    const { pid } = random.pick(guards)
    if (alive(pid)) for (const one of [pid, ...childrenOf(pid)]) strike(one, 'SIGKILL')
  },
  'SIGKILL of a child': ({ guards, random }) => {
    const children = guards.flatMap(({ pid }) => childrenOf(pid))
    if (children.length > 0) strike(random.pick(children), 'SIGKILL')
  },
  'the sessions are terminated': ({ database }) => sessions(database, 'true'),
  'the migrating session is terminated': ({ database }) =>
    sessions(database, `pid IN (${MIGRATES})`),
  'the others are terminated': ({ database }) => sessions(database, `pid NOT IN (${MIGRATES})`),
  'the server crashes': ({ random }) => crash(random.below(300)),
}
