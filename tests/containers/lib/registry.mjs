// A registry of its own for one test file, on the loopback, where Docker asks for no TLS: the program that everybody runs
// (registry:2), on request with a login.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { docker, dockerText, LABEL, uniqueName, until } from './docker.mjs'

export const USER = 'team'
export const PASSWORD = 'container-test'
// As `htpasswd -nbB team container-test` writes it.
const HTPASSWD = `${USER}:$2y$05$GZiv4zr3asIGEhXqQt9Ewu.sJA1qkPvGHIw1vS5cBOq3BVdWhXWtK\n`
const ASKS_FOR_LOGIN = [
  'REGISTRY_AUTH=htpasswd',
  'REGISTRY_AUTH_HTPASSWD_REALM=team',
  'REGISTRY_AUTH_HTPASSWD_PATH=/htpasswd',
]

/**
 * Gives `at` ("127.0.0.1:PORT", the first part of an image's name), `loggedIn` (a DOCKER_CONFIG folder as `docker login`
 * leaves it) and `end()`.
 */
export async function startRegistry({ withLogin = false } = {}) {
  const name = uniqueName('guard-test-registry')
  const folder = await mkdtemp(join(tmpdir(), 'guard-registry-'))
  const variables = withLogin ? ASKS_FOR_LOGIN.flatMap((one) => ['-e', one]) : []
  await docker(['create', '--name', name, '--label', LABEL, '-p', '127.0.0.1::5000', ...variables, 'registry:2'])
  await writeFile(join(folder, 'htpasswd'), HTPASSWD)
  await docker(['cp', join(folder, 'htpasswd'), `${name}:/htpasswd`])
  await docker(['start', name])
  const at = (await dockerText('port', name, '5000/tcp')).split('\n')[0]
  const answers = async () => [200, 401].includes((await fetch(`http://${at}/v2/`).catch(() => ({}))).status)
  await until('the registry answers', answers, 30)

  const auth = Buffer.from(`${USER}:${PASSWORD}`).toString('base64')
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [at]: { auth } } }))
  return {
    at,
    loggedIn: folder,
    end: async () => {
      await docker(['rm', '-fv', name], { check: false })
      await rm(folder, { recursive: true })
    },
  }
}
