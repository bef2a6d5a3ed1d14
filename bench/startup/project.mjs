// Makes the project that is measured: project.mjs DIRECTORY [MIGRATIONS] [MODELS] — 200 migrations, 60 models.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const [directory, migrations = '200', models = '60'] = process.argv.slice(2)
const COLUMNS = 11

const table = (n) => `CREATE TABLE "Model${n}" (
    "id" SERIAL NOT NULL,
${Array.from({ length: COLUMNS }, (_, i) => `    "field${i}" TEXT,\n`).join('')}
    CONSTRAINT "Model${n}_pkey" PRIMARY KEY ("id")
);
`
const index = (n) => `-- CreateIndex
CREATE INDEX "Model${n % models}_field${Math.floor(n / models)}_idx" ON "Model${n % models}"("field${Math.floor(n / models)}");
`
const model = (n) => `model Model${n} {
  id Int @id @default(autoincrement())
${Array.from({ length: COLUMNS }, (_, i) => `  field${i} String?\n`).join('')}}
`
const CONFIG = `import { defineConfig } from 'prisma/config'
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
`

rmSync(path.join(directory, 'prisma'), { recursive: true, force: true })
const folder = path.join(directory, 'prisma/migrations')
mkdirSync(folder, { recursive: true })
for (let n = 0; n < Number(migrations); n++) {
  const name = path.join(folder, `${20240101000000 + n * 100}_step_${n}`)
  mkdirSync(name)
  writeFileSync(path.join(name, 'migration.sql'), n < Number(models) ? table(n) : index(n))
}
writeFileSync(path.join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n')
writeFileSync(path.join(directory, 'prisma/schema.prisma'), `datasource db {\n  provider = "postgresql"\n}\n\n${
  Array.from({ length: Number(models) }, (_, n) => model(n)).join('\n')}`)
writeFileSync(path.join(directory, 'prisma.config.ts'), CONFIG)
