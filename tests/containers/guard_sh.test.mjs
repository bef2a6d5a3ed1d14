// examples/caprover/guard.sh on a real Swarm: what it takes from the service, and what it is told.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { EXAMPLES, run } from '../caprover/lib/parts.mjs'
import { buildBase, buildLines, buildRelease } from './lib/app_image.mjs'
import { deploy } from './lib/caprover.mjs'
import { docker, dockerText, LABEL, PATH, requireEngine, uniqueName } from './lib/docker.mjs'
import { startPostgres } from './lib/postgres.mjs'
import { OVERRIDE, tagOf } from './lib/scenario.mjs'
import { withService } from './lib/service.mjs'
import { NETWORK, startSwarm, updateEnds } from './lib/swarm.mjs'

await requireEngine()

const FAILING = '20250201000000_referrer'
const NPM_PATH = '/app/node_modules/.bin/migration-guard'

describe('guard.sh', { concurrency: 3, timeout: 900_000 }, () => {
  let world
  before(async () => {
    await buildBase()
    for (const release of ['v1', 'v2bad']) await buildRelease(release)
    world = await startSwarm()
  })
  after(() => world?.end())

  const guard = (args, env = {}) =>
    run('sh', [join(EXAMPLES, 'guard.sh'), ...args], { env: { PATH, ...env }, seconds: 90 })

  it('after a rollback the service has the old image again: says so, and takes the one that failed', () =>
    withService(world, {}, async (app, id) => {
      await deploy(id, Object.assign(app, { image: tagOf('v2bad') }), { override: OVERRIDE })
      assert.equal(await updateEnds(id, 90), 'rollback_completed')

      const old = await guard([app.short, 'resolve', '--applied', FAILING])
      assert.notEqual(old.status, 0, 'the old image does not have that migration')
      assert.ok(old.output.includes(`rolled back; this is the image before it: ${tagOf('v1')}`), old.output)
      assert.ok(old.output.includes(`\n  ${tagOf('v2bad')}\n`), old.output)

      const right = await guard(['--image', tagOf('v2bad'), app.short, 'resolve', '--rolled-back', FAILING])
      assert.equal(right.status, 0, right.output)
      assert.match(await world.database.ledger(app.database), /referrer:rolled back/)

      await world.database.sql(app.database, 'alter table "Visit" add column "referrer" text')
      const applied = await guard([app.short, 'resolve', '--applied', FAILING], { GUARD_APP_IMAGE: tagOf('v2bad') })
      assert.equal(applied.status, 0, applied.output)
      assert.match(await world.database.ledger(app.database), /referrer:applied/)
    }))

  it('runs a subcommand with image, environment and network of the service', () =>
    withService(world, { env: { ODD: `it's "quoted" $HOME\nand two lines` } }, async (app) => {
      const { status, output, stdout } = await guard([app.short, 'check', '--json'])
      assert.equal(status, 0, output)
      const report = JSON.parse(stdout)
      assert.equal(report.verdict, 'ok')
      assert.equal(report.database.name, app.database)
    }))

  it("gives back the guard's status, and leaves no container", () =>
    withService(world, {}, async (app) => {
      await world.database.sql(app.database, 'drop table "Visit"')
      const { status, output } = await guard([app.short, 'check'])
      assert.equal(status, 87, output)
      const ids = (await dockerText('ps', '-aq', '--filter', `ancestor=${tagOf('v1')}`)).split('\n')
      const format = '{{index .Config.Labels "com.docker.swarm.service.id"}} {{.Config.Env}}'
      const all = (await docker(['inspect', '-f', format, ...ids], { check: false })).stdout.split('\n')
      const ours = all.filter((one) => one.includes(`/${app.database}?`))
      assert.ok(ours.length > 0 && ours.every((one) => /^\w/.test(one)), `only containers of the service: ${ours}`)
    }))

  it('reads standard input: diagnose --logs -', () =>
    withService(world, {}, async (app) => {
      const log = 'The table `public.Nowhere` does not exist in the current database.\n'
      const script = `printf '%s' "$LOG" | sh "$0" "$1" diagnose --logs -`
      const { status, output } = await run('sh', ['-c', script, join(EXAMPLES, 'guard.sh'), app.short], {
        env: { PATH, LOG: log },
        seconds: 90,
      })
      assert.equal(status, 87, output)
      assert.match(output, /P2021/)
    }))

  for (const shell of ['bash', 'dash'])
    it(`read from standard input, as by ssh: ${shell} -s`, async () =>
      withService(world, {}, async (app) => {
        await world.database.sql(app.database, 'drop table "Visit"')
        const input = await readFile(join(EXAMPLES, 'guard.sh'), 'utf8')
        const asked = (args) => run(shell, ['-s', '--', ...args], { env: { PATH }, seconds: 90, input })
        const { status, output } = await asked([app.short, 'check'])
        assert.equal(status, 87, output)
        const usage = await asked([app.short])
        assert.equal(usage.status, 64)
        assert.match(usage.output, /guard\.sh \[--image IMAGE\] APP SUBCOMMAND/)
      }))

  it('all networks of the service: the database is in the second one', async () => {
    const second = uniqueName('guard-test-second')
    await docker(['network', 'create', '-d', 'overlay', '--attachable', '--label', LABEL, second])
    const database = await startPostgres({ network: second, alias: uniqueName('second-db') })
    try {
      await withService(world, { database, networks: [NETWORK, second] }, async (app) => {
        const { status, output } = await guard([app.short, 'check'])
        assert.equal(status, 0, output)
      })
    } finally {
      await database.remove()
      await docker(['network', 'rm', second], { check: false })
    }
  })

  it('a guard that npm installed: GUARD_PATH', async () => {
    const image = 'guard-test/app:npm-path'
    await buildLines(image, [
      `FROM ${tagOf('v1')}`,
      'USER root',
      `RUN mkdir -p /app/node_modules/.bin && mv /usr/local/bin/migration-guard ${NPM_PATH}`,
      'USER node',
      `HEALTHCHECK --interval=1s CMD ["${NPM_PATH}", "probe"]`,
      `ENTRYPOINT ["${NPM_PATH}", "--"]`,
      'CMD ["node", "server.mjs"]',
    ])
    await withService(world, { image }, async (app) => {
      const { status, output } = await guard([app.short, 'check'], { GUARD_PATH: NPM_PATH })
      assert.equal(status, 0, output)
      assert.notEqual((await guard([app.short, 'check'])).status, 0, 'elsewhere it is not')
    })
  })

  it('an unknown app: the services that there are', async () => {
    const { status, output } = await guard(['nosuch', 'check'])
    assert.equal(status, 66)
    assert.match(output, /no service srv-captain--nosuch or nosuch/)
  })

  it('without a subcommand: usage', async () => {
    const { status, output } = await guard(['shop'])
    assert.equal(status, 64)
    assert.match(output, /guard\.sh \[--image IMAGE\] APP SUBCOMMAND/)
  })
})
