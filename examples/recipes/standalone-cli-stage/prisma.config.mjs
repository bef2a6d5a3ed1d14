// Plain, without `import { defineConfig } from 'prisma/config'`: the CLI lives elsewhere in this image.
export default {
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL },
}
