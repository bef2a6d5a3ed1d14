#!/usr/bin/env node
// A stand-in for Prisma's native `schema-engine`, for machines that cannot download it: PRISMA_SCHEMA_ENGINE_BINARY
// names this file, and the Prisma CLI talks to it as to its own (JSON-RPC over standard streams).
//
// What decides is Prisma's own engine, compiled to WebAssembly (npm: @prisma/schema-engine-wasm). What this program adds
// is what that build leaves to its host: the database session (lib/session.mjs), how a script is sent
// (lib/statements.mjs), the words of a failed script (lib/script_error.mjs), and the `cli` subcommands. README.md says
// what is faithful and what is not.
import { parseArguments } from './lib/arguments.mjs'
import { runCliCommand } from './lib/cli_commands.mjs'
import { serve } from './lib/protocol.mjs'

const options = parseArguments(process.argv.slice(2), process.env)

if (options.version) {
  console.log('schema-engine-cli stand-in')
} else if (options.cliCommand) {
  process.exitCode = await runCliCommand(options)
} else {
  await serve(options, process.stdin, process.stdout)
  process.exit(0)
}
