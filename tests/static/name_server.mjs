// A DNS server for one name (RFC 1035): A for that name, nothing for AAAA, NXDOMAIN for all others; and the same with
// faults, as real ones have them.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

const HEADER = 12
const TYPES = { 1: 'A', 28: 'AAAA' }
const TRUNCATED = 0x0200
const CODES = { servfail: 2, nxdomain: 3, notimp: 4, refused: 5 }

function question(message) {
  const labels = []
  let at = HEADER
  for (; message[at] !== 0; at += message[at] + 1) labels.push(message.subarray(at + 1, at + 1 + message[at]).toString())
  return { name: labels.join('.').toLowerCase(), type: TYPES[message.readUInt16BE(at + 1)], end: at + 5 }
}

const recordOf = (address) => [0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]

/** The answer as bytes; `how`: address, empty, truncated, one of CODES, or a list of other addresses. */
function answer(message, { end }, how, address) {
  const addresses = how === 'address' ? [address] : Array.isArray(how) ? how : []
  const reply = Buffer.concat([message.subarray(0, end), Buffer.from(addresses.flatMap(recordOf))])
  reply.writeUInt16BE(0x8180 | (CODES[how] ?? 0) | (how === 'truncated' ? TRUNCATED : 0), 2)
  reply.writeUInt16BE(addresses.length, 6)
  reply.writeUInt16BE(0, 8)
  reply.writeUInt16BE(0, 10)
  return reply
}

const asItShould = ({ type }) => (type === 'A' ? 'address' : 'empty')

/** Over TCP a message stands behind its length. */
function serveTcp(reply, on, closers) {
  const sockets = new Set()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('data', (bytes) => {
      const answered = reply(bytes.subarray(2), 'tcp')
      const length = Buffer.alloc(2)
      length.writeUInt16BE(answered.length)
      socket.end(Buffer.concat([length, answered]))
    })
  })
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return new Promise((listening, reject) => server.once('error', reject).listen(53, on, listening))
}

/**
 * Answers on `on`:53, which wants root; resolves with a function that stops it. `behave({ type, over, count })` says how a
 * question about the name is answered: `type` A or AAAA, `over` udp or tcp, `count` from 1 for each type; "dropped" not at all.
 */
export async function serveName(name, address, on, behave = asItShould) {
  const counts = { A: 0, AAAA: 0 }
  const reply = (message, over) => {
    const asked = question(message)
    if (asked.name !== name) return answer(message, asked, 'nxdomain', address)
    const how = behave({ type: asked.type, over, count: ++counts[asked.type] })
    return how === 'dropped' ? undefined : answer(message, asked, how, address)
  }
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => {
    const answered = reply(message, 'udp')
    if (answered) socket.send(answered, from.port, from.address)
  })
  const closers = [() => socket.close()]
  await new Promise((resolve, reject) => socket.once('error', reject).bind(53, on, resolve))
  await serveTcp(reply, on, closers)
  return () => closers.forEach((close) => close())
}
