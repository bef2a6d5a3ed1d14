// The static binary in a root that holds nothing but itself and what a test puts there (scripts/check-static).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'

import { Database } from '../e2e/harness/database.mjs'
import { guardBinary, serverFiles, sourceRoot, test } from '../e2e/harness/environment.mjs'
import { finish } from '../e2e/harness/processes.mjs'
import { EmptyRoot, at } from './empty_root.mjs'
import { serveName } from './name_server.mjs'

const NAME_SERVER = '127.0.0.53'

const source = (name) => path.join(sourceRoot, 'tests/static', name)

async function named(context, root) {
  const stop = await serveName('db.shop.test', '127.0.0.1', NAME_SERVER)
  context.after(stop)
  root.write('etc/resolv.conf', `nameserver ${NAME_SERVER}\nsearch shop.test\noptions timeout:1 attempts:1\n`)
}

test('starts', async (context) => {
  const result = await new EmptyRoot(context).run(['/migration-guard', '--version'])
  assert.equal(result.code, 0, result.stderr)
  assert.match(result.stdout, /^migration-guard \d/)
})

test('logs in with SCRAM at an address', async (context) => {
  const result = await new EmptyRoot(context).guard(at('127.0.0.1'), 'wait', '--wait-timeout', '5s')
  assert.equal(result.code, 0, result.stderr)
})

test('resolves through /etc/hosts', async (context) => {
  const root = new EmptyRoot(context)
  root.write('etc/hosts', '127.0.0.1 shopdb\n')
  const result = await root.guard(at('shopdb'), 'wait', '--wait-timeout', '5s')
  assert.equal(result.code, 0, result.stderr)
})

test('resolves through DNS with a search domain', async (context) => {
  const root = new EmptyRoot(context)
  await named(context, root)
  const result = await root.guard(at('db'), 'wait', '--wait-timeout', '5s')
  assert.equal(result.code, 0, result.stderr)
  const unknown = await root.guard(at('nosuch'), 'wait', '--wait-timeout', '1s')
  assert.equal(unknown.code, 69, unknown.stderr)
})

test('verifies TLS: own root certificate, the system\'s bundle, none', async (context) => {
  const root = new EmptyRoot(context)
  root.write('etc/hosts', '127.0.0.1 localhost otherhost\n')
  cpSync(path.join(serverFiles, 'ca.pem'), root.path('ca.pem'))
  const good = await root.guard(at('localhost', 'sslmode=require&sslaccept=strict&sslcert=/ca.pem'), 'wait', '--wait-timeout', '5s')
  assert.equal(good.code, 0, good.stderr)
  const wrongName = await root.guard(at('otherhost', 'sslmode=require&sslaccept=strict&sslcert=/ca.pem'), 'wait', '--wait-timeout', '5s')
  assert.equal(wrongName.code, 77, wrongName.stderr)
  const none = await root.guard(at('localhost', 'sslmode=require&sslaccept=strict'), 'wait', '--wait-timeout', '5s')
  assert.equal(none.code, 77, none.stderr)
  root.write('etc/ssl/certs/ca-certificates.crt', '')
  cpSync(path.join(serverFiles, 'ca.pem'), root.path('etc/ssl/certs/ca-certificates.crt'))
  const bundle = await root.guard(at('localhost', 'sslmode=require&sslaccept=strict'), 'wait', '--wait-timeout', '5s')
  assert.equal(bundle.code, 0, bundle.stderr)
})

test('applies natively and finds nothing pending afterwards', async (context) => {
  const database = await Database.create(context)
  const root = new EmptyRoot(context).bundle()
  const migrated = await root.guard(database.url('sslmode=disable'), 'migrate', '--apply', 'native')
  assert.equal(migrated.code, 0, migrated.stderr)
  assert.equal((await database.ledger()).length, 3)
  const checked = await root.guard(database.url('sslmode=disable'), 'check')
  assert.equal(checked.code, 0, checked.stderr)
})

test('closed standard streams, and no /dev/null to put in their place: nothing is written into the connection', async (context) => {
  const database = await Database.create(context)
  const root = new EmptyRoot(context).bundle()
  const url = database.url('sslmode=disable')
  assert.equal((await root.guard(url, 'migrate', '--apply', 'native')).code, 0)
  const result = await root.run(['/migration-guard', 'check'], { DATABASE_URL: url }, '<&- >&- 2>&-')
  assert.equal(result.code, 70, 'nobody could be told')
})

test('not a descriptor to be had: a line and a code, for probe its own', async () => {
  for (const [args, code] of [[['--', '/bin/true'], 70], [['check'], 70], [['probe'], 1]]) {
    const result = await finish(['/bin/sh', '-c', 'ulimit -n 3; exec "$0" "$@"', guardBinary, ...args])
    assert.equal(result.code, code, result.stderr)
    assert.match(result.stderr, /^migration-guard phase=exit level=error code=70 name=internal cause="signalfd: Too many open files" remedy="raise the limit of open files.*\n$/)
  }
})

/** An image whose NSS configuration and OpenSSL configuration name libraries of its own. */
function trapped(root) {
  const libraries = '/lib/x86_64-linux-gnu'
  for (const library of ['libc.so.6', 'ld-linux-x86-64.so.2', 'libresolv.so.2'])
    cpSync(path.join(libraries, library), root.path(libraries, library), { dereference: true })
  mkdirSync(root.path('lib64'), { recursive: true })
  cpSync(path.join(libraries, 'ld-linux-x86-64.so.2'), root.path('lib64/ld-linux-x86-64.so.2'), { dereference: true })
  execFileSync('cc', ['-shared', '-fPIC', '-o', root.path(libraries, 'libnss_trap.so.2'), source('trap.c')])
  cpSync(root.path(libraries, 'libnss_trap.so.2'), root.path('trap.so'))
  root.write('etc/nsswitch.conf', 'passwd: trap files\nhosts: trap files dns\n')
  root.write('usr/lib/ssl/openssl.cnf', `openssl_conf = start
[start]
providers = modules
[modules]
trap = trap_module
default = default_module
[default_module]
activate = 1
[trap_module]
module = /trap.so
activate = 1
`)
  root.write('etc/hosts', '127.0.0.1 db localhost\n')
}

test('loads no NSS module and no OpenSSL configuration of the image', { skip: process.arch !== 'x64' }, async (context) => {
  const root = new EmptyRoot(context)
  trapped(root)
  const result = await root.guard(at('db', 'sslmode=require'), 'wait', '--wait-timeout', '5s')
  assert.equal(result.code, 0, result.stderr)
  assert.equal(existsSync(root.path('trapped')), false, 'the guard loaded a library of the image')
  const named = await root.run(['/migration-guard', 'wait', '--wait-timeout', '5s'],
    { DATABASE_URL: at('db', 'sslmode=require'), OPENSSL_CONF: '/usr/lib/ssl/openssl.cnf', OPENSSL_MODULES: '/' })
  assert.equal(named.code, 0, named.stderr)
  assert.equal(existsSync(root.path('trapped')), false, 'the guard loaded what a variable names')
})

test('control: a static program that takes no care falls into either trap', async (context) => {
  for (const trap of ['etc/nsswitch.conf', 'usr/lib/ssl/openssl.cnf']) {
    const root = new EmptyRoot(context)
    trapped(root)
    const other = trap.startsWith('etc') ? 'usr/lib/ssl/openssl.cnf' : 'etc/nsswitch.conf'
    rmSync(root.path(other))
    execFileSync('cc', ['-static', '-o', root.path('falls_in'), source('falls_in.c'), '-lssl', '-lcrypto'], { stdio: 'pipe' })
    await root.run(['/falls_in'])
    assert.equal(existsSync(root.path('trapped')), true, trap)
  }
})

