import { createServer } from 'node:http'

import { openDatabase } from './database.js'
import { answer } from './routes.js'

const url = process.env.DATABASE_URL
if (!url) {
  console.error('DATABASE_URL is not set')
  process.exit(1)
}
const database = openDatabase(url)

const server = createServer(async (request, response) => {
  const { status, body } = await answer(database, request)
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})

server.listen(Number(process.env.PORT ?? 3000), process.env.HOST, () => {
  const { address, port } = server.address()
  console.log(`listening on ${address}:${port}`)
})

// As PID 1 a Node process has no default action for SIGTERM: it must end by itself.
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => {
    server.close(() => database.$disconnect().finally(() => process.exit(0)))
    server.closeIdleConnections()
  })
