import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // Not env('DATABASE_URL'): that would refuse `prisma generate` in an image build, where there is no database.
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
