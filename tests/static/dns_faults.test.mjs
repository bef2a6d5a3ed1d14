// Name servers that answer badly: what another address family or another attempt cures costs no start, and nothing of it is
// taken for good or for ever.
import assert from 'node:assert/strict'

import { test } from '../e2e/harness/environment.mjs'
import { EmptyRoot, at } from './empty_root.mjs'
import { serveName } from './name_server.mjs'

const NAME_SERVER = '127.0.0.54' // another than empty_root.test.mjs has, which may run at the same time

async function wait(context, behave, { limit = '12s' } = {}) {
  const root = new EmptyRoot(context)
  context.after(await serveName('db.shop.test', '127.0.0.1', NAME_SERVER, behave))
  root.write('etc/resolv.conf', `nameserver ${NAME_SERVER}\noptions timeout:1 attempts:1\n`)
  return root.guard(at('db.shop.test'), 'wait', '--wait-timeout', limit)
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
