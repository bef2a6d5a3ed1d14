// What process 1 of this container is like, as JSON: for tests, by `docker exec`.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const status = readFileSync('/proc/1/status', 'utf8')
const field = (name) => new RegExp(`${name}:\\s*(\\S+)`).exec(status)[1]
const strings = (file) => readFileSync(file, 'utf8').split('\0').filter(Boolean)

console.log(
  JSON.stringify({
    exe: readlinkSync('/proc/1/exe'),
    cmd: strings('/proc/1/cmdline'),
    env: strings('/proc/1/environ').sort(),
    blocked: field('SigBlk'),
    ignored: field('SigIgn'),
    descriptors: readdirSync('/proc/1/fd').length,
    processes: readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length,
  }),
)
