// CapRover, App Configs, "Pre-Deploy Script": migrates once, in the new image, before any replica is replaced. When that
// fails the update is not sent: the version that serves is not touched, and the build log says why.
//
// CapRover evaluates this inside its own process, after the build, on every deploy and on every "Save & Restart"; with
// nothing pending it takes about a second. The app's own guard then finds nothing to do.
var preDeployFunction = async function (captainAppObj, dockerUpdateObject) {
  const GUARD_PATH = '/usr/local/bin/migration-guard' // installed by npm: '/app/node_modules/.bin/migration-guard'
  const APPLY = [] // where the app itself has apply: never or wait: ['--apply', 'prisma'], without the CLI 'native'
  const Docker = require('dockerode')
  const TIME_LIMIT_MS = 20 * 60 * 1000 // longer than the guard's deadline (14 min), which says why it gave up
  const docker = new Docker({ socketPath: '/var/run/docker.sock' })
  const spec = dockerUpdateObject.TaskTemplate.ContainerSpec

  const create = function () {
    return docker.createContainer({
      Image: spec.Image,
      Entrypoint: [GUARD_PATH, 'migrate'].concat(APPLY),
      Cmd: [],
      Env: spec.Env || [],
      Tty: true, // one plain stream instead of Docker's two with headers
      HostConfig: { NetworkMode: 'captain-overlay-network', Mounts: spec.Mounts || [] },
    })
  }
  const container = await create().catch(async function (error) {
    if (error.statusCode !== 404) throw error
    await fetchImage(docker, spec.Image, dockerUpdateObject.authconfig)
    return create()
  })
  let timer
  try {
    await container.start()
    const status = await Promise.race([
      container.wait(),
      new Promise(function (resolve, reject) {
        timer = setTimeout(reject, TIME_LIMIT_MS, new Error('migration-guard migrate did not end in 20 minutes'))
      }),
    ])
    if (status.StatusCode !== 0) {
      const log = await container.logs({ stdout: true, stderr: true, tail: 30 })
      // Colours would only litter the build log.
      const text = log.toString('utf8').replace(/\x1b\[[0-9;]*m/g, '').trim()
      throw new Error('migration-guard migrate ended with ' + status.StatusCode + ', nothing was deployed\n' + text)
    }
  } finally {
    clearTimeout(timer)
    // On the time limit: TERM first, the guard then cancels the migration on the server and says so in its log.
    await container.stop({ t: 30 }).catch(function () {})
    await container.remove({ force: true }).catch(function () {})
  }
  return dockerUpdateObject
}

// For an image that a clean-up took away since its deploy; `login` is what CapRover sends along with the update.
async function fetchImage(docker, image, login) {
  const stream = await docker.pull(image, { authconfig: login })
  await new Promise(function (resolve, reject) {
    docker.modem.followProgress(stream, function (error) {
      if (error) reject(error)
      else resolve()
    })
  })
}
