// What the guard has to come to, given what Prisma came to in the same situation.
//
// Keeps true: wherever the two rightly end differently there is a rule here with its reason; all else must be equal.

/** How the ledger reads, by Prisma's own rules (prisma-engines: commands/apply_migrations.rs), written once more. */
export function historyOf({ migrations, ledger }) {
  const rows = ledger ?? []
  const bundled = new Map(migrations)
  return {
    failed: rows.filter((row) => !row.finished_at && !row.rolled_back_at).map((row) => row.migration_name),
    pending: [...bundled.keys()].filter((name) => !rows.some((row) => row.migration_name === name && !row.rolled_back_at)),
    bundled,
  }
}

const REFUSALS = { P3019: 66, P3005: 83 }

/**
 * { code, check, beforeDeploy, untouched } from `prisma`, the outcome of deploy. `untouched`: the guard writes nothing.
 */
export function expected(situation, prisma) {
  const { failed, pending, bundled } = historyOf(situation)
  const refused = (code) => ({ code, check: code, beforeDeploy: code, untouched: true })
  if (prisma.code === 'P3019') return refused(66)
  // Prisma applies what sorts before a folder without script and stops at it (P3015); the guard does not begin, whatever
  // else is wrong.
  if (pending.some((name) => bundled.get(name) === null)) return refused(66)
  if (REFUSALS[prisma.code]) return refused(REFUSALS[prisma.code])
  if (prisma.code === 'P3009') {
    // The failed rows of a newer release: with nothing to deploy a rollback has to start.
    const elsewhere = failed.every((name) => !bundled.has(name)) && pending.length === 0
    return elsewhere ? { code: 0, check: 0, beforeDeploy: 0, untouched: true } : refused(81)
  }
  const before = { check: pending.length > 0 ? 80 : 0, beforeDeploy: 0 }
  return { ...before, code: prisma.code === 'ok' ? 0 : 84, untouched: false }
}

/** What the CLI says to a deploy after the guard has ended with `code`. */
export function afterwards(code, situation) {
  if (code === 84 || code === 81) return ['P3009']
  if (code === 83) return ['P3005']
  if (code === 0) return historyOf(situation).failed.length > 0 ? ['P3009'] : ['ok']
  return undefined // 66: whatever it may be
}

const RESOLVED = { ok: 0, P3008: 64, P3011: 64, P3012: 64, P3017: 64, P3019: 66 }

/** The guard's exit code of `resolve`. */
export function expectedOfResolve({ resolve, lock, ledger }, prisma) {
  // The CLI reads no lock file for --rolled-back; for the guard an image of another database is the wrong one for all.
  if (resolve.way === '--rolled-back' && !lockFits(lock)) return 66
  if (resolve.way === '--rolled-back' && ledger === null) return 83
  return RESOLVED[prisma.code]
}

const lockFits = (lock) => lock === null || /^provider = "postgresql"\r?$/m.test(lock)
