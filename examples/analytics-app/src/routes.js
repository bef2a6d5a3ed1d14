// What the app answers. Errors of Prisma are logged by the client itself (`prisma:error`), in its own words.

const LARGEST_BODY = 64 * 1024

async function readJson(request) {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > LARGEST_BODY) throw new Refusal(413, 'body too large')
  }
  try {
    return JSON.parse(text || '{}')
  } catch {
    throw new Refusal(400, 'body is not JSON')
  }
}

class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/** POST /track {"kind": "PAGE_VIEW", "payload": {...}, "email": "..."}: 201 with the stored event's id. */
async function track(database, request) {
  const { kind, payload = {}, email } = await readJson(request)
  if (!['PAGE_VIEW', 'SIGN_UP', 'PURCHASE'].includes(kind)) throw new Refusal(400, 'unknown kind')
  const user = email ? { connectOrCreate: { where: { email }, create: { email } } } : undefined
  const event = await database.analyticsEvent.create({ data: { kind, payload, user } })
  return { status: 201, body: { id: String(event.id), kind: event.kind } }
}

async function health() {
  return { status: 200, body: { status: 'ok' } }
}

// Which commit this is: what a deploy script asks to know that the new version serves.
async function version() {
  return { status: 200, body: { release: (process.env.APP_RELEASE ?? '').trim() || 'unknown' } }
}

const ROUTES = { 'POST /track': track, 'GET /healthz': health, 'GET /version': version }

/** Never throws: what goes wrong becomes a status. */
export async function answer(database, request) {
  const route = ROUTES[`${request.method} ${new URL(request.url, 'http://app').pathname}`]
  if (!route) return { status: 404, body: { error: 'not found' } }
  try {
    return await route(database, request)
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: { error: error.message } }
    return { status: 500, body: { error: error.code ?? 'internal' } }
  }
}
