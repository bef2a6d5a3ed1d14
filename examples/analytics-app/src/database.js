import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@prisma/client'

/** The client for `url`. The adapter does not read ?schema= itself, so the URL's schema is handed to it. */
export function openDatabase(url) {
  const schema = new URL(url).searchParams.get('schema') ?? undefined
  const adapter = new PrismaPg({ connectionString: url, max: 5, connectionTimeoutMillis: 5000 }, { schema })
  return new PrismaClient({ adapter, log: ['error'], errorFormat: 'minimal' })
}
