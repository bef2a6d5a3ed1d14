import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@prisma/client'

let client

/**
 * The client, made at the first request: `next build` loads this module where there is no database. The adapter does not
 * read ?schema= itself, so the URL's schema is handed to it.
 */
export function database() {
  if (!client) {
    const connectionString = process.env.DATABASE_URL
    const schema = new URL(connectionString).searchParams.get('schema') ?? undefined
    client = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: 5 }, { schema }), log: ['error'] })
  }
  return client
}
