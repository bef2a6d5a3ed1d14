// As much of CapRover's API as its CLI asks during a deploy: it takes the upload, says that the build is done, and only
// some time later begins to serve the new commit, as the real one does.
import http from 'node:http'

/** `becomes(commit)` gives, for each question after the deploy, the commit that the app serves. */
export async function startFakeCaprover({ token = 'app-token', becomes }) {
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
          return response.end(becomes(seen.uploads.at(-1)?.commit, seen.questions))
        }
        if (!pathname.startsWith('/api/v2/')) return json(response, {})
        if (request.headers['x-captain-app-token'] !== token) return json(response, {}, 1102) // not authorized
        if (pathname.startsWith('/api/v2/user/apps/appData/') && request.method === 'POST') {
          const body = Buffer.concat(chunks).toString('latin1')
          seen.uploads.push({
            app: pathname.split('/').pop(),
            body,
            commit: /name="gitHash"\r\n\r\n([0-9a-f]{40})/.exec(body)?.[1],
          })
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
