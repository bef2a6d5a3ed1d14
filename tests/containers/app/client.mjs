// Keeps asking an app (PATH, else /) behind the proxy, ten times a second, and writes one line for each answer: milliseconds, outcome.
// Bounded: ends by itself after SECONDS.
import http from 'node:http'

const [, , proxy, service, seconds, path = '/'] = process.argv
const end = Date.now() + Number(seconds) * 1000
const agent = new http.Agent({ keepAlive: false })

function ask() {
  return new Promise((resolve) => {
    const request = http.get(
      { host: proxy, port: 8080, path, headers: { host: service }, agent, timeout: 3000 },
      (response) => {
        let text = ''
        response
          .on('data', (chunk) => (text += chunk))
          .on('end', () => resolve(response.statusCode === 200 ? text.trim() : `failed ${response.statusCode}`))
      },
    )
    request
      .on('timeout', () => request.destroy(new Error('timeout')))
      .on('error', (error) => resolve(`failed ${error.code ?? error.message}`))
  })
}

while (Date.now() < end) {
  const began = Date.now()
  console.log(`${began} ${await ask()}`)
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 100 - (Date.now() - began))))
}
