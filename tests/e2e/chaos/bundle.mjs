// The bundle that every round applies, and what an app sees of it when it starts.
import path from 'node:path'

import { serverTools } from '../harness/environment.mjs'

const name = (i) => `2025010${i}000000_m${i}`
const TRACE = 'CREATE TABLE "trace" ("at" TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(), "name" TEXT NOT NULL);'
const LOOKS = 'CREATE VIEW "looks" AS SELECT "role" FROM "User";'
const mark = (i) => `INSERT INTO "trace" ("name") VALUES ('${name(i)}');`

/**
 * Scripts that leave their name in "trace", so that one which is lost or repeated shows, and take a moment here and there
 * for the blow to fall into. All or nothing of each is in the database, whatever happens.
 */
export function bundle(random) {
  const rest = () => `SELECT pg_sleep(${(random.below(40) / 1000).toFixed(3)});`
  return Object.fromEntries([
    [name(1), `${TRACE}\n${rest()}\n${mark(1)}\n`],
    [name(2), `${mark(2)}\n${rest()}\nCREATE TABLE "User" ("id" SERIAL PRIMARY KEY);\n${rest()}\n`],
    [name(3), `BEGIN;\n${mark(3)}\n${rest()}\nCREATE TYPE "Role" AS ENUM ('a', 'b');\nCOMMIT;\n${rest()}\n`],
    [name(4), `${rest()}\nALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'a';\n${rest()}\n${mark(4)}\n`],
    [name(5), `${mark(5)}\nCREATE UNIQUE INDEX "User_role_key" ON "User"("role");\n${LOOKS}\n${rest()}\n`],
  ])
}

export const MODELS = `model User {
  id   Int  @id @default(autoincrement())
  role Role @unique @default(a)
}

enum Role {
  a
  b
}
`

/** Where apps write down what they see; in a schema of its own, at which neither Prisma nor the guard looks. */
export const NOTEBOOK = 'CREATE SCHEMA notes; CREATE TABLE notes.seen (names TEXT[], applied INT, tables INT)'

const SEES = `INSERT INTO notes.seen SELECT (SELECT array_agg("name" ORDER BY "at") FROM "trace"),
  (SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL),
  (SELECT count(*) FROM pg_class WHERE relname IN ('User', 'User_role_key', 'looks'))`

/** The app: it writes what it sees and ends. */
export const app = (url) => [path.join(serverTools, 'psql'), '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', SEES, url]
