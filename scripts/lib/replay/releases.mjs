// The releases in a project's git history: which folders of PostgreSQL migrations there were, commit for commit of the first
// parents, and what an image built there would hold. A folder that moved stays one line of releases.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'

const git = (repository, args, options = {}) =>
  execFileSync('git', ['-C', repository, '-c', 'core.quotePath=false', ...args],
    { maxBuffer: 1 << 28, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], ...options })

/** Oldest first: the commits of the first parents that touched a script or a schema. */
function commits(repository) {
  return git(repository, ['log', '--first-parent', '--reverse', '--format=%H', '--', '*migration.sql', '*.prisma'])
    .split('\n').filter(Boolean)
}

function isPostgres(repository, blob, known) {
  if (!known.has(blob)) known.set(blob, /postgres/.test(git(repository, ['cat-file', 'blob', blob])))
  return known.get(blob)
}

/** Of one commit: folder of migrations to { scripts: name to blob, files: path to blob } (scripts and schema files). */
function folders(repository, commit, locks) {
  const blobs = new Map()
  for (const line of git(repository, ['ls-tree', '-r', commit]).split('\n')) {
    const [facts, file] = line.split('\t')
    const isLink = facts.startsWith('120000')
    if (file && !isLink && /(^|\/)(migration\.sql|migration_lock\.toml)$|\.prisma$/.test(file)) blobs.set(file, facts.split(' ')[2])
  }
  const found = new Map()
  for (const [file, blob] of blobs) {
    if (!file.endsWith('migration_lock.toml') || !isPostgres(repository, blob, locks)) continue
    const folder = path.dirname(file)
    const above = path.dirname(folder) === '.' ? '' : `${path.dirname(folder)}/`
    const own = [...blobs].filter(([one]) => one.startsWith(`${folder}/`) || (one.startsWith(above) && one.endsWith('.prisma')))
    const scripts = new Map(own.filter(([one]) => one.endsWith('/migration.sql'))
      .map(([one, script]) => [path.basename(path.dirname(one)), script]))
    if (scripts.size > 0 && own.some(([one]) => one.endsWith('.prisma'))) found.set(folder, { scripts, files: new Map(own) })
  }
  return found
}

/** How many of the older one's migrations the newer one still has, 0 to 1. */
const kept = (older, newer) => [...older.scripts.keys()].filter((name) => newer.scripts.has(name)).length / older.scripts.size
const same = (one, other) => one.files.size === other.files.size && [...one.files].every(([file, blob]) => other.files.get(file) === blob)

/** A line of releases for each project: [{ folder, commit, scripts, files }], oldest first, each different from the last. */
export function lines(repository) {
  const locks = new Map()
  const all = []
  for (const commit of commits(repository)) {
    const now = folders(repository, commit, locks)
    const continued = new Set()
    for (const [folder, release] of now) {
      const last = (line) => line.at(-1)
      const line = all.find((one) => last(one).folder === folder) ??
        all.find((one) => !continued.has(one) && !now.has(last(one).folder) && kept(last(one), release) > 0.5)
      const next = { folder, commit, ...release }
      if (!line) all.push([next])
      else if (!same(last(line), next)) line.push(next)
      if (line) continued.add(line)
    }
  }
  return all
}

/** Whether a script that the older one had is changed or gone in the newer one. */
export const rewritten = (older, newer) => [...older.scripts].some(([name, blob]) => newer.scripts.get(name) !== blob)

/** At most `count`: first and last, the first few on either side of rewritten history, the others evenly spaced. */
export function sample(line, count) {
  const chosen = new Set([line.length - 1, 0])
  for (let i = line.length - 1; i > 0 && chosen.size < count / 2; i--) {
    if (rewritten(line[i - 1], line[i])) chosen.add(i - 1).add(i)
  }
  for (let gaps = 1; gaps < line.length && chosen.size < count; gaps++) {
    for (let i = 1; i < gaps && chosen.size < count; i++) chosen.add(Math.round((i * (line.length - 1)) / gaps))
  }
  return [...chosen].slice(0, count).sort((a, b) => a - b).map((i) => line[i])
}

/** The image's files below `directory`: { migrations, schema files }. */
export function unpack(repository, release, directory) {
  mkdirSync(directory, { recursive: true })
  const files = [...release.files.keys()]
  const lock = `${release.folder}/migration_lock.toml`
  const archive = git(repository, ['archive', release.commit, '--', ...new Set([...files, lock])], { encoding: 'buffer' })
  execFileSync('tar', ['-x', '-C', directory], { input: archive })
  return {
    migrations: path.join(directory, release.folder),
    schemas: files.filter((file) => file.endsWith('.prisma')).map((file) => path.join(directory, file)),
  }
}
