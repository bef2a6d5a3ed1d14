import { database } from '../../lib/database.js'

/** POST /track {"kind": "PAGE_VIEW", "payload": {...}}: 201 with the stored event's id. */
export async function POST(request) {
  const { kind, payload = {} } = await request.json()
  if (!['PAGE_VIEW', 'SIGN_UP', 'PURCHASE'].includes(kind))
    return Response.json({ error: 'unknown kind' }, { status: 400 })
  const event = await database().analyticsEvent.create({ data: { kind, payload } })
  return Response.json({ id: String(event.id), kind: event.kind }, { status: 201 })
}
