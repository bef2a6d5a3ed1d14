// The engine's command line, as the CLIs 5 to 7 write it.
import fs from 'node:fs'

const WITH_VALUE = {
  '--datasource': 'datasource',
  '--datamodel': 'datamodels',
  '--datamodels': 'datamodels',
  '-d': 'datamodels',
}

export function parseArguments(argv, environment) {
  const seen = { datasource: [], datamodels: [], words: [] }
  for (let i = 0; i < argv.length; i++) {
    const key = WITH_VALUE[argv[i]]
    if (key) seen[key].push(argv[++i])
    else seen.words.push(argv[i])
  }
  return {
    version: seen.words.includes('--version') || seen.words.includes('-V'),
    cliCommand: seen.words.includes('cli') ? seen.words.at(-1) : undefined,
    datasource: seen.datasource[0],
    models: seen.datamodels.map((file) => ({ path: file, content: fs.readFileSync(file, 'utf8') })),
    environment,
  }
}
