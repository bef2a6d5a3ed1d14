// What `next build` does with `output: 'standalone'`, as far as it matters here: one folder with server.js and the modules
// that the server imports at run time, without development tools such as the Prisma CLI. (Next.js itself would only make
// this recipe slower to build; the layout is what counts.)
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'

const target = '.next/standalone'
await rm(target, { recursive: true, force: true })
await mkdir(`${target}/node_modules`, { recursive: true })
await cp('src', `${target}/src`, { recursive: true })
await writeFile(`${target}/package.json`, '{ "type": "module" }\n')
// As Next's server: listens on HOSTNAME, so on the container's own address and not on the loopback.
await writeFile(`${target}/server.js`, "process.env.HOST ??= process.env.HOSTNAME\nawait import('./src/server.js')\n")

const runtime = /^(\.prisma|pg|pg-.*|pgpass|postgres-.*|split2|xtend)$/
for (const name of await readdir('node_modules')) if (runtime.test(name)) await copy(name)
for (const name of ['client', 'client-runtime-utils', 'adapter-pg', 'driver-adapter-utils', 'debug']) await copy(`@prisma/${name}`)

async function copy(name) {
  await cp(`node_modules/${name}`, `${target}/node_modules/${name}`, { recursive: true })
}
