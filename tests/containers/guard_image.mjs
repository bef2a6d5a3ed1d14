// The guard's image for the suites that use one: stage `guard` of the Dockerfile, by Docker. A fixture of CTest; with
// build/static there, `engine guard` makes the same in a second (ctest -FA guard_image).
import { GUARD_IMAGE } from './lib/app_image.mjs'
import { docker, LABEL, requireEngine } from './lib/docker.mjs'

await requireEngine()

await docker(['build', '-q', '--label', LABEL, '--target', 'guard', '-t', GUARD_IMAGE, '.'], {
  cwd: new URL('../..', import.meta.url).pathname,
  timeout: 40 * 60_000,
  env: { DOCKER_BUILDKIT: '0' },
})
