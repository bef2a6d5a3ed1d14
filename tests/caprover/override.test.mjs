// The serviceUpdateOverride, merged as CapRover merges it into what Docker has.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { dashboardFields, mergeObjects } from '../containers/lib/caprover.mjs'
import { EXAMPLES, require } from './lib/parts.mjs'

const yaml = require('yaml')
const read = (name) => readFile(join(EXAMPLES, name), 'utf8')

/** CapRover: JSON when it begins with { or [, else YAML. */
const parse = (text) => (/^\s*[{[]/.test(text) ? JSON.parse(text) : yaml.parse(text))

function* leaves(value, path = []) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) yield [path.join('.'), value]
  else for (const [key, child] of Object.entries(value)) yield* leaves(child, [...path, key])
}

describe('service-update-override', () => {
  it('says the same in YAML and JSON', async () => {
    assert.deepEqual(
      parse(await read('service-update-override.yaml')),
      parse(await read('service-update-override.json')),
    )
  })

  it('has durations as whole nanoseconds, which is all that Docker takes', async () => {
    const durations = /(Period|Interval|Timeout|Delay|Monitor)$/
    const found = [...leaves(parse(await read('service-update-override.yaml')))].filter(([path]) =>
      durations.test(path),
    )
    assert.equal(found.length, 7)
    for (const [path, value] of found) assert.ok(Number.isInteger(value) && value >= 1_000_000_000, `${path}: ${value}`)
  })

  it("has a start period longer than the guard's default deadline of 14 minutes", async () => {
    const { TaskTemplate } = parse(await read('service-update-override.yaml'))
    assert.ok(TaskTemplate.ContainerSpec.Healthcheck.StartPeriod > 14 * 60 * 1e9)
  })

  it('merged into the fields of the dashboard it adds and loses nothing', async () => {
    const app = { name: 'a', image: 'a:1', network: 'n', env: { DATABASE_URL: 'x' } }
    const fields = dashboardFields(app)
    const merged = mergeObjects(fields, parse(await read('service-update-override.yaml')))
    assert.deepEqual(merged.TaskTemplate.ContainerSpec.Env, ['DATABASE_URL=x'])
    assert.equal(merged.TaskTemplate.ContainerSpec.Image, 'a:1')
    assert.equal(merged.UpdateConfig.FailureAction, 'rollback')
    assert.equal(merged.TaskTemplate.ContainerSpec.Command, undefined, 'Command would replace the ENTRYPOINT: no guard')
  })
})

describe('the order of an update is left to CapRover', () => {
  for (const [what, volume, order] of [
    ['an app with a persistent directory stays stop-first', 'data', 'stop-first'],
    ['any other app stays start-first', undefined, 'start-first'],
  ])
    it(what, async () => {
      const override = parse(await read('service-update-override.yaml'))
      const fields = dashboardFields({ name: 'a', image: 'a:1', network: 'n', volume })
      assert.equal(mergeObjects(fields, override).UpdateConfig.Order, order)
      assert.equal(override.RollbackConfig.Order, undefined, "Docker's default is stop-first, right for both")
    })
})

describe('how CapRover merges', () => {
  const cases = [
    ['objects recursively', { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    [
      'arrays replace: an Env in the override drops every variable of the dashboard',
      { Env: ['A=1'] },
      { Env: ['B=2'] },
      { Env: ['B=2'] },
    ],
    ['null does not delete the key', { a: 1 }, { a: null }, { a: null }],
    ['a key that is no longer in the override stays', { a: 1 }, {}, { a: 1 }],
  ]
  for (const [name, base, extra, expected] of cases)
    it(name, () => assert.deepEqual(mergeObjects(base, extra), expected))
})
