// What is inside an image, without running it.
import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { docker, LABEL, uniqueName } from './docker.mjs'

async function withContainer(image, body) {
  const name = uniqueName('guard-test-files')
  const folder = await mkdtemp(join(tmpdir(), 'guard-image-'))
  await docker(['create', '--name', name, '--label', LABEL, image, 'nothing'])
  try {
    return await body(name, folder)
  } finally {
    await docker(['rm', name])
    await rm(folder, { recursive: true })
  }
}

/** Paths of all files; without what Docker itself puts into every container. */
export const filesOf = (image) =>
  withContainer(image, async (name, folder) => {
    await docker(['export', '-o', join(folder, 'all.tar'), name])
    const { stdout } = await promisify(execFile)('tar', ['tf', join(folder, 'all.tar')], {
      maxBuffer: 64 * 1024 * 1024,
    })
    const docks = /^(dev|proc|sys|\.dockerenv|etc\/(hosts|hostname|resolv\.conf|mtab))(\/|$)/
    return stdout.split('\n').filter((path) => path && !path.endsWith('/') && !docks.test(path))
  })

export const readFrom = (image, path) =>
  withContainer(image, async (name, folder) => {
    await docker(['cp', '-L', `${name}:${path}`, join(folder, 'file')])
    return readFile(join(folder, 'file'))
  })

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')
