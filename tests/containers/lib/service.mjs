// A service of release v1 as CapRover would have made it, for tests of the files that people run beside CapRover.
import { api, uniqueName, until } from './docker.mjs'
import { createService } from './caprover.mjs'
import { tagOf } from './scenario.mjs'
import { NETWORK, running } from './swarm.mjs'

/** Calls `body(app, id)` once the service serves, and removes it. `given` adds to the app: env, image, networks. */
export async function withService(world, given, body) {
  const database = uniqueName('caprover')
  const { database: server = world.database, env = {}, ...rest } = given
  await server.create(database)
  const short = uniqueName('shop')
  const app = {
    name: `srv-captain--${short}`,
    short,
    database,
    image: tagOf('v1'),
    network: NETWORK,
    env: { DATABASE_URL: server.url(database), ...env },
    ...rest,
  }
  const id = await createService(app)
  try {
    await until('v1 serves', async () => (await running(id)).length === 1, 90)
    return await body(app, id)
  } finally {
    await api('DELETE', `/services/${id}`)
  }
}
