// As much of CapRover's API as its CLI asks during a deploy: it takes the upload, says that the build is done, and only
// some time later begins to serve the new commit, as the real one does.
import http from 'node:http'

/** The file of an upload, as the CLI sends it: one part of a form, whose first line is the boundary. */
function fileOf(body) {
  const field = body.indexOf('name="sourceFile"')
  if (field < 0) return undefined
  const boundary = body.subarray(0, body.indexOf('\r\n'))
  const start = body.indexOf('\r\n\r\n', field) + 4
  return body.subarray(start, body.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), start))
}

/**
 * `becomes(commit)` gives, for each question after the deploy, what the app answers (or a promise of it). `receive(upload)`
 * is told of each upload: `archive` is its tar, `definition` what came without one (an image's name).
 */
export async function startFakeCaprover({ token = 'app-token', becomes, receive = () => {} }) {
  const seen = { uploads: [], questions: 0 }
  const json = (response, data, status = 100) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status, description: '', data }))
  }
  const server = http.createServer((request, response) => {
    const chunks = []
    request
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => {
        const { pathname } = new URL(request.url, 'http://fake')
        if (pathname === '/version') {
          seen.questions += 1
          const answer = Promise.resolve(becomes(seen.uploads.at(-1)?.commit, seen.questions))
          return answer.then((text) => response.end(text))
        }
        if (!pathname.startsWith('/api/v2/')) return json(response, {})
        if (request.headers['x-captain-app-token'] !== token) return json(response, {}, 1102) // not authorized
        if (pathname.startsWith('/api/v2/user/apps/appData/') && request.method === 'POST') {
          const bytes = Buffer.concat(chunks)
          const body = bytes.toString('latin1')
          const archive = fileOf(bytes)
          seen.uploads.push({
            app: pathname.split('/').pop(),
            body,
            commit: /name="gitHash"\r\n\r\n([0-9a-f]{40})/.exec(body)?.[1],
            archive,
            definition: archive ? undefined : JSON.parse(JSON.parse(body).captainDefinitionContent),
          })
          receive(seen.uploads.at(-1))
          return json(response, {})
        }
        return json(response, { isAppBuilding: false, isBuildFailed: false, logs: { firstLineNumber: 0, lines: [] } })
      })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    seen,
    token,
    url: `http://127.0.0.1:${server.address().port}`,
    end: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  }
}
