// The smallest app worth guarding: says its version, ends at SIGTERM once its answers are out.
import { createServer } from 'node:http'

const { VERSION = 'none', PORT = '80', HOST, DIE_AFTER_MS, BOOT_MS = '0' } = process.env
const server = createServer((request, response) => response.end(`${VERSION}\n`))

setTimeout(() => server.listen(Number(PORT), HOST, () => console.log(`app ${VERSION} listens`)), Number(BOOT_MS))
if (DIE_AFTER_MS) setTimeout(() => process.exit(3), Number(DIE_AFTER_MS))
// Answers go on for a moment: who still has this address in a cache must not be refused.
process.on('SIGTERM', () => setTimeout(() => server.close(() => process.exit(0)), 1500))
