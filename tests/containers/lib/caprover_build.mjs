// What CapRover does with an upload (src/user/ImageMaker.ts and DockerApi.buildImageFromDockerFile of caprover/caprover):
// the Dockerfile that the definition asks for, and the whole folder as a tar to POST /build, the commit as a build argument.
// Re-made from its documented behaviour; the request is sent by the library that it uses.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { require } from '../../caprover/lib/parts.mjs'
import { docker, LABEL } from './docker.mjs'

const Docker = require('dockerode')
const HOST = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
/** The engine, by CapRover's library. */
export const engine = new Docker(HOST.startsWith('unix://') ? { socketPath: HOST.slice('unix://'.length) } : undefined)
const run = promisify(execFile)

/** The builders: CapRover before 1.15 has the classic one, 1.15 BuildKit. */
export const CLASSIC = '1'
export const BUILDKIT = '2'

/** Gives `tag` once the image of an upload is there; an Error with the build's own words when it is refused. */
export async function buildUpload({ archive, definition, commit }, tag, version = CLASSIC) {
  const folder = await mkdtemp(join(tmpdir(), 'guard-upload-'))
  try {
    if (archive) {
      await writeFile(`${folder}.tar`, archive)
      await run('tar', ['-xf', `${folder}.tar`, '-C', folder])
    }
    const asked = definition ?? JSON.parse(await readFile(join(folder, 'captain-definition'), 'utf8'))
    if (asked.imageName) return useImage(asked.imageName, tag)
    await writeFile(join(folder, 'Dockerfile'), await dockerfileOf(asked, folder))
    await run('tar', ['-cf', `${folder}.tar`, '-C', folder, '.'])
    const buildargs = commit ? { CAPROVER_GIT_COMMIT_SHA: commit } : {}
    const [key, value] = LABEL.split('=')
    await ended(await engine.buildImage(`${folder}.tar`, { t: tag, version, buildargs, labels: { [key]: value } }))
    return tag
  } finally {
    await rm(folder, { recursive: true })
    await rm(`${folder}.tar`, { force: true })
  }
}

const dockerfileOf = ({ dockerfileLines, dockerfilePath }, folder) =>
  dockerfileLines ? dockerfileLines.join('\n') : readFile(join(folder, dockerfilePath), 'utf8')

async function useImage(name, tag) {
  await docker(['tag', name, tag])
  return tag
}

/** The end of a stream of progress messages; an Error with the one that says so. */
export const ended = (stream) =>
  new Promise((done, fail) => {
    engine.modem.followProgress(stream, (error, messages) => {
      const failed = messages?.find((message) => message.error)
      if (error || failed) fail(error ?? new Error(failed.error))
      else done()
    })
  })
