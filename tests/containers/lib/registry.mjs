// A registry for one test: what `docker push` and `docker pull` ask of one (OCI distribution specification, without
// tags lists, deletion, authentication). In memory, on the loopback, where Docker asks for no TLS.
import { createHash, randomUUID } from 'node:crypto'
import http from 'node:http'

const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const bodyOf = async (request) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Gives `at` ("127.0.0.1:PORT", the first part of an image's name) and `end()`. */
export async function startRegistry() {
  const blobs = new Map()
  const manifests = new Map() // by tag and by digest
  const uploads = new Map()

  const send = (response, status, headers = {}, body = undefined) => response.writeHead(status, headers).end(body)

  function sendStored(response, entry, method) {
    if (!entry) return send(response, 404)
    const { bytes, type = 'application/octet-stream' } = entry
    const headers = { 'content-type': type, 'content-length': bytes.length, 'docker-content-digest': digestOf(bytes) }
    return send(response, 200, headers, method === 'HEAD' ? undefined : bytes)
  }

  async function upload(request, response, id, query) {
    const bytes = Buffer.concat([uploads.get(id) ?? Buffer.alloc(0), await bodyOf(request)])
    if (request.method === 'PATCH') {
      uploads.set(id, bytes)
      return send(response, 202, { location: request.url, range: `0-${bytes.length - 1}` })
    }
    uploads.delete(id)
    const digest = query.get('digest')
    if (digestOf(bytes) !== digest) return send(response, 400)
    blobs.set(digest, { bytes })
    return send(response, 201, { location: `/v2/any/blobs/${digest}`, 'docker-content-digest': digest })
  }

  async function answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, 'http://registry')
    const [, repository, kind, reference] = /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(pathname) ?? []
    if (!kind) return send(response, pathname === '/v2/' ? 200 : 404)
    if (kind === 'blobs') return sendStored(response, blobs.get(reference), request.method)
    if (kind === 'blobs/uploads') {
      if (request.method !== 'POST') return upload(request, response, reference, searchParams)
      return send(response, 202, { location: `/v2/${repository}/blobs/uploads/${randomUUID()}` })
    }
    const name = `${repository} ${reference}`
    if (request.method !== 'PUT') return sendStored(response, manifests.get(name), request.method)
    const entry = { bytes: await bodyOf(request), type: request.headers['content-type'] }
    const digest = digestOf(entry.bytes)
    manifests.set(name, entry).set(`${repository} ${digest}`, entry)
    return send(response, 201, { location: pathname, 'docker-content-digest': digest })
  }

  const server = http.createServer((request, response) =>
    answer(request, response).catch((error) => send(response, 500, {}, String(error))),
  )
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    at: `127.0.0.1:${server.address().port}`,
    end: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  }
}
