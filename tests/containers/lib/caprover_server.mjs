// CapRover itself, built from a checkout of its sources: its server as a Swarm service, with its own nginx, on this engine.
//
// Not its installer, which wants ports 80 and 443 and an address: the service is created as CaptainInstaller.ts creates it,
// with other host ports and another folder than /captain. Nothing of CapRover is changed; what cannot be pulled is named in
// its own config-override.json.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { api, docker, dockerText, LABEL, until } from './docker.mjs'

const IMAGES = new URL('../images', import.meta.url).pathname
const NGINX = 'guard-test/caprover-nginx'
const ADMIN_PORT = 13000
const HTTP_PORT = 10080
const PASSWORD = 'container-test'
const SERVICES = ['captain-certbot', 'captain-nginx', 'captain-captain']
const OK = [100, 101] // ApiStatusCodes.STATUS_OK, STATUS_OK_DEPLOY_STARTED

const build = (tag, file, context) =>
  docker(['build', '-q', '--label', LABEL, '-t', tag, '-f', join(IMAGES, file, 'Dockerfile'), context], {
    timeout: 900_000,
    env: { DOCKER_BUILDKIT: '0' },
  })

/**
 * `promise`, or an Error after `ms`. A server that goes in the middle of its answer can leave fetch() waiting for nothing, which
 * ends the process.
 */
const within = (ms, promise) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })

async function versionOf(checkout) {
  const constants = await readFile(join(checkout, 'src/utils/CaptainConstants.ts'), 'utf8')
  return /^ *version: '(.+)',$/m.exec(constants)[1]
}

/** The service of CapRover's server, as its installer asks for it. */
function service(image, folder) {
  const env = {
    IS_CAPTAIN_INSTANCE: '1',
    CAPTAIN_HOST_ADMIN_PORT: ADMIN_PORT,
    CAPTAIN_HOST_HTTP_PORT: HTTP_PORT,
    CAPTAIN_HOST_HTTPS_PORT: 10443,
    CAPTAIN_BASE_DIRECTORY: folder,
    DEFAULT_PASSWORD: PASSWORD,
    CAPROVER_DISABLE_ANALYTICS: '1',
  }
  const socket = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace('unix://', '')
  return {
    Name: 'captain-captain',
    Labels: { 'guard-test': '1' },
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
        Mounts: [
          { Type: 'bind', Source: folder, Target: folder },
          { Type: 'bind', Source: socket, Target: '/var/run/docker.sock' },
        ],
      },
    },
    EndpointSpec: {
      Ports: [{ Protocol: 'tcp', TargetPort: 3000, PublishedPort: ADMIN_PORT, PublishMode: 'host' }],
    },
  }
}

/** What is said in App Logs of CapRover's own server, for a failure. */
const serverLog = async () => (await docker(['service', 'logs', '--raw', 'captain-captain'], { check: false })).stdout

/**
 * Builds and starts it; `placeholder` is the image of an app without a deploy, which its server pulls. Gives `version`,
 * `url`, `password`, `ask(method, path, body)` as its dashboard asks (the answer's `data`; an Error for every refusal) and `end()`.
 */
export async function startCaprover(checkout, placeholder) {
  const version = await versionOf(checkout)
  const image = `caprover-under-test:${version}`
  await build(image, 'caprover', checkout)
  await build(NGINX, 'caprover-nginx', join(IMAGES, 'caprover-nginx'))
  const folder = await mkdtemp(join(tmpdir(), 'guard-captain-'))
  await mkdir(join(folder, 'data'))
  const override = {
    dockerApiVersion: 'v1.41',
    nginxImageName: NGINX,
    certbotImageName: NGINX,
    appPlaceholderImageName: placeholder,
    skipVerifyingDomains: true,
  }
  await writeFile(join(folder, 'data/config-override.json'), JSON.stringify(override))
  await api('POST', '/services/create', service(image, folder))

  const url = `http://127.0.0.1:${ADMIN_PORT}`
  let token = ''
  const request = (path, options) => within(120_000, answered(path, options))
  async function answered(path, { method = 'GET', ...rest }) {
    const headers = { 'x-namespace': 'captain', ...(token && { 'x-captain-auth': token }), ...rest.headers }
    const response = await fetch(`${url}/api/v2${path}`, { method, ...rest, headers })
    const text = await response.text()
    if (!text.startsWith('{')) throw new Error(`${method} ${path}: ${response.status} ${text}\n${(await serverLog()).slice(-4000)}`)
    const answer = JSON.parse(text)
    if (!OK.includes(answer.status)) throw new Error(`${method} ${path}: ${answer.status} ${answer.description}`)
    return answer.data
  }
  const ask = (method, path, body) =>
    request(path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
  const login = async () => {
    token = ''
    token = (await ask('POST', '/login', { password: PASSWORD })).token
    return (await ask('GET', '/user/system/info')) && true
  }
  const end = async () => {
    for (const name of SERVICES) await docker(['service', 'rm', name], { check: false })
    const alive = () => dockerText('ps', '-q', '--filter', 'name=captain-captain', '--filter', 'name=captain-nginx')
    await until("CapRover's containers are gone", async () => (await alive()) === '', 90)
    await docker(['secret', 'rm', 'captain-salt'], { check: false })
    await rm(folder, { recursive: true })
  }
  try {
    // It restarts itself twice: for the network and for its salt.
    await until('CapRover is ready', () => within(10_000, login()).catch(() => false), 240, 1000)
  } catch (error) {
    const log = await serverLog()
    await end()
    throw new Error(`${error.message}\n${log}`)
  }
  return { version, url, password: PASSWORD, httpPort: HTTP_PORT, ask, request, log: serverLog, end }
}
