// A DNS server for one name (RFC 1035): A for that name, nothing for AAAA, NXDOMAIN for all others.
import { createSocket } from 'node:dgram'

const HEADER = 12
const [A, AAAA] = [1, 28]

function question(message) {
  const labels = []
  let at = HEADER
  for (; message[at] !== 0; at += message[at] + 1) labels.push(message.subarray(at + 1, at + 1 + message[at]).toString())
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 }
}

function answer(message, name, address) {
  const asked = question(message)
  const known = asked.name === name
  const record = known && asked.type === A
    ? Buffer.from([0xc0, HEADER, 0, A, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)])
    : Buffer.alloc(0)
  const reply = Buffer.concat([message.subarray(0, asked.end), record])
  reply.writeUInt16BE(known ? 0x8180 : 0x8183, 2)
  reply.writeUInt16BE(record.length > 0 ? 1 : 0, 6)
  reply.writeUInt16BE(0, 8)
  reply.writeUInt16BE(0, 10)
  return { reply, type: asked.type === AAAA ? 'AAAA' : 'A' }
}

/** Answers on `on`:53, which wants root; resolves with a function that stops it. */
export function serveName(name, address, on) {
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => socket.send(answer(message, name, address).reply, from.port, from.address))
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(53, on, () => resolve(() => socket.close()))
  })
}
