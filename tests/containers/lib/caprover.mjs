// What CapRover does to a Swarm service, re-made from its documented behaviour (src/docker/DockerApi.ts and
// src/utils/Utils.ts of caprover/caprover): the service that it creates, the update that it posts, how an override is
// merged. Not CapRover's code.
import { randomUUID } from 'node:crypto'

import { api } from './docker.mjs'

const isPlainObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Objects recursively; arrays and scalars replace; null does not delete. Gives a new object. */
export function mergeObjects(base, extra) {
  if (!isPlainObject(extra)) return extra === undefined ? base : extra
  const merged = isPlainObject(base) ? { ...base } : {}
  for (const [key, value] of Object.entries(extra))
    merged[key] = isPlainObject(value) ? mergeObjects(merged[key], value) : value
  return merged
}

function containerSpec(app) {
  return {
    Image: app.image,
    Env: Object.entries(app.env ?? {}).map(([key, value]) => `${key}=${value}`),
    Mounts: app.mounts ?? (app.volume ? [{ Type: 'volume', Source: app.volume, Target: '/data' }] : []),
    Labels: { 'com.caprover.managed': 'true', randomLabelForceUpdate: randomUUID(), 'guard-test': '1' },
  }
}

/** The fields that the dashboard decides, as each deploy and each save posts them. */
export function dashboardFields(app) {
  return {
    TaskTemplate: {
      ContainerSpec: containerSpec(app),
      Networks: (app.networks ?? [app.network]).map((Target) => ({ Target, Aliases: app.aliases ?? [] })),
      LogDriver: { Name: 'json-file', Options: { 'max-size': '512m' } },
    },
    Mode: { Replicated: { Replicas: app.replicas ?? 1 } },
    UpdateConfig: { Order: app.volume || app.mounts?.length ? 'stop-first' : 'start-first' },
    Labels: { 'com.caprover.managed': 'true', 'guard-test': '1' },
  }
}

/** Creates the service. Round-robin DNS: not every kernel that runs these tests has IPVS for a virtual address. */
export async function createService(app) {
  const { ID } = await api('POST', '/services/create', {
    Name: app.name,
    ...dashboardFields(app),
    EndpointSpec: { Mode: 'dnsrr' },
  })
  return ID
}

// What CapRover sends when none of its registries has the image's domain (and prefix).
const NO_LOGIN = { username: '', password: '', serveraddress: 'docker.io/v1' }

/**
 * A deploy or a "Save & Restart": Docker's spec, patched, the override merged, preDeployFunction, update. `login`: of the
 * image's registry; it is a field of the object that preDeployFunction gets, and a header of the update.
 */
export async function deploy(id, app, { override, preDeploy, login = NO_LOGIN } = {}) {
  const { Version, Spec } = await api('GET', `/services/${id}`)
  const { Labels, ...fields } = dashboardFields(app)
  let spec = { ...mergeObjects(Spec, fields), authconfig: login }
  if (override) spec = mergeObjects(spec, override)
  if (preDeploy) spec = await preDeploy({ appName: app.name }, spec)
  const { authconfig, ...body } = spec
  const header = { 'X-Registry-Auth': Buffer.from(JSON.stringify(authconfig)).toString('base64url') }
  await api('POST', `/services/${id}/update?version=${Version.Index}`, body, header)
}
