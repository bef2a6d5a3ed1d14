// What the tests are given, all of it by the environment (tests/e2e/CMakeLists.txt, scripts/with-postgres).
//
// Keeps true: nothing missing passes silently. Without a server or the CLIs a test is skipped, loudly; with CI set it fails.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test as nodeTest } from 'node:test'

export const guardBinary = process.env.GUARD_BINARY
export const prismaRoot = process.env.GUARD_PRISMA_ROOT
export const programs = process.env.GUARD_TEST_PROGRAMS
export const sourceRoot = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../..')
export const serverUrl = process.env.GUARD_TEST_POSTGRES
export const serverTools = process.env.GUARD_TEST_POSTGRES_BIN
export const serverFiles = process.env.GUARD_TEST_POSTGRES_DIR

/** The major of the Prisma CLI that tests/e2e/majors runs with. */
export const major = Number(process.env.GUARD_E2E_MAJOR ?? 7)

export const engine = path.join(prismaRoot ?? '', 'engine/schema-engine.mjs')

function whatIsMissing() {
  if (!guardBinary || !existsSync(guardBinary)) return 'no guard binary (GUARD_BINARY)'
  if (!serverUrl) return 'no PostgreSQL (run under scripts/with-postgres)'
  if (!existsSync(engine) || !existsSync(path.join(prismaRoot, String(major)))) return 'no Prisma CLI (scripts/install-prisma)'
  return undefined
}
const missing = whatIsMissing()
if (missing && process.env.CI) throw new Error(missing)

/** node:test's `test`, skipped when the machine lacks a part. */
export const test = (name, ...rest) => {
  const body = rest.pop()
  nodeTest(name, { timeout: 120_000, ...rest[0], skip: missing ? `MISSING: ${missing}` : rest[0]?.skip ?? false }, body)
}

const fromEngine = missing ? undefined : createRequire(engine)
export const pg = fromEngine?.('pg')

/** For what a test says of the program's memory and descriptors: a sanitizer takes some of its own. */
export const testOfResources = process.env.GUARD_SANITIZE ? nodeTest.skip : test
