import { database } from '../lib/database.js'

// Else `next build` would render it, where there is no database.
export const dynamic = 'force-dynamic'

export default async function Page() {
  const events = await database().analyticsEvent.count()
  return <h1>{`${events} events`}</h1>
}
