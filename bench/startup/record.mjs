// Writes down what the guard sends to the server: record.mjs STATEMENTS COMMAND [ARG...], with DATABASE_URL set.
//
// COMMAND runs against a proxy that reads the frontend's Parse and Bind messages (PostgreSQL manual, "Message Formats");
// TLS is switched off for it. floor.c reads the file, so that both ask the same of the server.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'

const [file, ...command] = process.argv.slice(2)
const target = new URL(process.env.DATABASE_URL)
const statements = []
let sql = ''

const zero = (bytes, from) => bytes.indexOf(0, from)

function parse(body) {
  const text = zero(body, 0) + 1
  sql = body.subarray(text, zero(body, text)).toString()
}

function bind(body) {
  let at = zero(body, zero(body, 0) + 1) + 1
  at += 2 + 2 * body.readInt16BE(at)
  const count = body.readInt16BE(at)
  at += 2
  const parameters = []
  for (let i = 0; i < count; i++) {
    const length = body.readInt32BE(at)
    at += 4
    parameters.push(length < 0 ? null : body.subarray(at, at + length))
    at += Math.max(0, length)
  }
  statements.push({ sql: Buffer.from(sql), parameters })
}

class Messages {
  #bytes = Buffer.alloc(0)
  #started = false

  push(chunk) {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    for (;;) {
      const head = this.#started ? 1 : 0 // the first message has no type
      if (this.#bytes.length < head + 4) return
      const length = this.#bytes.readInt32BE(head)
      if (this.#bytes.length < head + length) return
      const type = String.fromCharCode(this.#bytes[0])
      const body = this.#bytes.subarray(head + 4, head + length)
      if (this.#started && type === 'P') parse(body)
      if (this.#started && type === 'B') bind(body)
      this.#started = true
      this.#bytes = this.#bytes.subarray(head + length)
    }
  }
}

const proxy = createServer((client) => {
  const server = connect(Number(target.port), target.hostname)
  const messages = new Messages()
  client.on('data', (chunk) => messages.push(chunk))
  client.pipe(server)
  server.pipe(client)
  for (const socket of [client, server]) socket.on('error', () => { client.destroy(); server.destroy() })
})

const text = (bytes) => (bytes === null ? '-1\n' : Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes]))

proxy.listen(0, '127.0.0.1', () => {
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(proxy.address().port)
  url.searchParams.set('sslmode', 'disable')
  const child = spawn(command[0], command.slice(1), { stdio: 'inherit', env: { ...process.env, DATABASE_URL: url.toString() } })
  child.on('exit', (code) => {
    proxy.close()
    if (code !== 0 || statements.length === 0) process.exit(code || 1)
    writeFileSync(file, Buffer.concat(statements.flatMap(({ sql, parameters }) =>
      [Buffer.from(`${parameters.length}\n`), text(sql), ...parameters.map(text)])))
    console.log(`${statements.length} statements recorded`)
  })
})
