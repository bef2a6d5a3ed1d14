// Name servers that answer badly: what another address family or another attempt cures costs no start, and nothing of it is
// taken for good or for ever.
import assert from 'node:assert/strict'
import { connect, createServer } from 'node:net'

import { serverUrl, test } from '../e2e/harness/environment.mjs'
import { EmptyRoot, at } from './empty_root.mjs'
import { serveName } from './name_server.mjs'

const NAME_SERVER = '127.0.0.54' // another than empty_root.test.mjs has, which may run at the same time

async function wait(context, behave, { limit = '12s', port } = {}) {
  const root = new EmptyRoot(context)
  context.after(await serveName('db.shop.test', '127.0.0.1', NAME_SERVER, behave))
  root.write('etc/resolv.conf', `nameserver ${NAME_SERVER}\noptions timeout:1 attempts:1\n`)
  const url = new URL(at('db.shop.test'))
  if (port) url.port = String(port)
  return root.guard(url.toString(), 'wait', '--wait-timeout', limit)
}

/** A as it should be, AAAA as told. */
const onlyAaaa = (how) => ({ type }) => (type === 'A' ? 'address' : how)

for (const how of ['empty', 'nxdomain', 'servfail', 'refused', 'notimp', 'dropped'])
  test(`A is answered, AAAA is ${how}: it connects`, async (context) => {
    const result = await wait(context, onlyAaaa(how))
    assert.equal(result.code, 0, result.stderr)
  })

test('the answer does not fit into a datagram: asked again over TCP', async (context) => {
  const result = await wait(context, ({ type, over }) => (type !== 'A' ? 'empty' : over === 'udp' ? 'truncated' : 'address'))
  assert.equal(result.code, 0, result.stderr)
})

for (const how of ['servfail', 'nxdomain', 'empty', 'dropped'])
  test(`at first ${how}, then good: not yet, never never`, async (context) => {
    // More questions than one attempt asks, with the other family as its second chance.
    const result = await wait(context, ({ type, count }) => (count <= 4 ? how : type === 'A' ? 'address' : 'empty'))
    assert.equal(result.code, 0, result.stderr)
    assert.match(result.stderr, /name not resolved/)
  })

for (const how of ['servfail', 'nxdomain', 'dropped'])
  test(`always ${how}: 69 in time, with the reason`, async (context) => {
    const result = await wait(context, () => how, { limit: '3s' })
    assert.equal(result.code, 69, result.stderr)
    assert.match(result.stderr, /name not resolved/)
    assert.ok(result.ms < 10_000, `${result.ms} ms`)
  })

// The resolver sorts 127.0.0.1 to the front, so there the dead one stands, and the living one is a relay.
const DEAD = '127.0.0.1'
const LIVING = '127.0.0.7'

/** Listens at `address`, at `port` or a free one, until the test ends; resolves with the port. */
async function listen(context, address, port, onConnection) {
  const sockets = []
  const server = createServer((socket) => onConnection(sockets[sockets.push(socket.on('error', () => {})) - 1], sockets))
  await new Promise((listening, reject) => server.once('error', reject).listen(port, address, listening))
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return server.address().port
}

const relay = (context) => listen(context, LIVING, 0, (socket, sockets) => {
  const { hostname, port } = new URL(serverUrl)
  const onward = connect(Number(port), hostname)
  sockets.push(onward.on('error', () => {}))
  socket.pipe(onward).pipe(socket)
})

for (const what of ['refuses', 'says nothing'])
  test(`two addresses, of which the first ${what}: the second is tried in the same attempt`, async (context) => {
    const port = await relay(context)
    if (what === 'says nothing') await listen(context, DEAD, port, () => {})
    const result = await wait(context, ({ type }) => (type === 'A' ? [DEAD, LIVING] : 'empty'), { port })
    assert.equal(result.code, 0, result.stderr)
    assert.doesNotMatch(result.stderr, /waiting for PostgreSQL/, 'a second attempt was needed')
    if (what === 'says nothing') assert.ok(result.ms > 1000, 'the dead one was not tried first: this shows nothing')
  })

test('the database moves while it is waited for: the name is asked for anew at each attempt', async (context) => {
  const port = await relay(context)
  const result = await wait(context, ({ type, count }) => (type !== 'A' ? 'empty' : count <= 2 ? [DEAD] : [LIVING]), { port })
  assert.equal(result.code, 0, result.stderr)
  assert.match(result.stderr, /connection refused/)
})
