// For the probe: that the server answers, never that the database does.
export const dynamic = 'force-static'

export function GET() {
  return Response.json({ status: 'ok' })
}
