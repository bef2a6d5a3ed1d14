// The example app as a project of a test: its schema.prisma, and its migrations up to any point.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { sourceRoot } from './environment.mjs'
import { Project } from './project.mjs'

const home = path.join(sourceRoot, 'examples/analytics-app/prisma')
const read = (...parts) => readFileSync(path.join(home, ...parts), 'utf8')

const names = readdirSync(path.join(home, 'migrations'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()

/** Its migrations; the third brings the table of the incident. */
export const scripts = Object.fromEntries(names.map((name) => [name, read('migrations', name, 'migration.sql')]))
export const [INIT, TAGS, ANALYTICS] = names

export const first = (count) => Object.fromEntries(Object.entries(scripts).slice(0, count))

/** Its schema.prisma, with `models` added. */
export const schema = (models = '') => `${read('schema.prisma')}\n${models}`

/** The app's image, with other `migrations` or more `models` than it has. */
export const exampleApp = (context, { migrations = scripts, models, ...rest } = {}) =>
  Project.create(context, { migrations, schema: schema(models), ...rest })
