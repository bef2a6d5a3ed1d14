// captain-definition: what CapRover's CLI and server take, and that the project's own files are among it.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'

import { serverTakes } from './lib/definition.mjs'
import { require, ROOT } from './lib/parts.mjs'

/** The real CLI's check of ./captain-definition: true, or false with its complaint. */
async function cliTakes(text) {
  const folder = await mkdtemp(join(tmpdir(), 'guard-cli-'))
  const before = process.cwd()
  const exit = process.exit
  const { log, error } = console
  try {
    await writeFile(join(folder, 'captain-definition'), text)
    process.chdir(folder)
    process.exit = (status) => {
      throw new Error(`exit ${status}`)
    }
    console.log = console.error = () => {}
    require('caprover/built/utils/ValidationsHandler.js').validateDefinitionFile()
    return true
  } catch {
    return false
  } finally {
    process.exit = exit
    Object.assign(console, { log, error })
    process.chdir(before)
    await rm(folder, { recursive: true })
  }
}

const section = '"x-migration-guard": {"deadline": "10m", "probePort": 3000}'
const table = [
  ['as it should be', '{"schemaVersion": 2, "dockerfilePath": "./Dockerfile"}', true, true],
  ['with the section of the guard', `{"schemaVersion": 2, "dockerfilePath": "./Dockerfile", ${section}}`, true, true],
  [
    'with lines in place of a file',
    `{"schemaVersion": 2, "dockerfileLines": ["FROM scratch"], ${section}}`,
    true,
    true,
  ],
  ['no lines, and a file', '{"schemaVersion": 2, "dockerfileLines": [], "dockerfilePath": "./Dockerfile"}', true, true],
  ['a template', `{"schemaVersion": 2, "templateId": "node/20", ${section}}`, true, true],
  ['an image', `{"schemaVersion": 2, "imageName": "app:1", ${section}}`, true, true],
  ['a byte order mark', '\uFEFF{"schemaVersion": 2, "dockerfilePath": "./Dockerfile"}', true, false],
  ['a comment', '{"schemaVersion": 2, /* no */ "dockerfilePath": "./Dockerfile"}', false, false],
  ['a trailing comma', '{"schemaVersion": 2, "dockerfilePath": "./Dockerfile",}', false, false],
  ['YAML', 'schemaVersion: 2\ndockerfilePath: ./Dockerfile\n', false, false],
  ['the version as a string', '{"schemaVersion": "2", "dockerfilePath": "./Dockerfile"}', false, true],
  ['no version', '{"dockerfilePath": "./Dockerfile"}', false, false],
  ['two selectors', '{"schemaVersion": 2, "dockerfilePath": "./Dockerfile", "imageName": "app:1"}', false, true],
  ['no selector', `{"schemaVersion": 2, ${section}}`, false, true],
  ['a Dockerfile outside the context', '{"schemaVersion": 2, "dockerfilePath": "../Dockerfile"}', false, true],
  [
    'a key twice, the last one wins',
    '{"schemaVersion": 1, "schemaVersion": 2, "dockerfilePath": "./Dockerfile"}',
    true,
    true,
  ],
]

describe('captain-definition', () => {
  for (const [name, text, server, cli] of table)
    it(`${name}: server ${server ? 'takes' : 'refuses'}, CLI ${cli ? 'takes' : 'refuses'}`, async () => {
      let taken = true
      try {
        serverTakes(text)
      } catch {
        taken = false
      }
      assert.equal(taken, server)
      assert.equal(await cliTakes(text), cli)
    })

  for (const file of ['captain-definition', 'examples/analytics-app/captain-definition'])
    it(`${file} is taken by both, and its Dockerfile is named relative to it`, async () => {
      const text = await readFile(join(ROOT, file), 'utf8')
      const definition = serverTakes(text)
      assert.ok(await cliTakes(text))
      assert.equal(definition.dockerfilePath, './Dockerfile')
      assert.ok(existsSync(join(ROOT, dirname(file), definition.dockerfilePath)), 'and is there')
      assert.equal(typeof definition['x-migration-guard'], 'object')
    })
})
