// Console blocks of a page that are run: what stands in them, and how a real run is written there.
//
//   <!-- run: SCENE [hide=REGEX] -->      SCENE: a name of scenes.mjs, or `same` to go on in the scene before
//   ```console
//   $ command                             `> ` continues it, a trailing `&` keeps it running until the block ends
//   output                                long lines are folded; lines that match REGEX are told by one `…`
//   ```

const block = /^<!-- run: (?<scene>[\w-]+)(?: hide=(?<hide>.+?))? -->\n```console\n(?<body>[\s\S]*?)^```$/gm
const width = 118

/** The blocks of a page: { scene, hide, commands: [{ text, output }], start, end }; start and end enclose the body. */
export function blocksOf(page) {
  return [...page.matchAll(block)].map((match) => {
    const { scene, hide, body } = match.groups
    const start = match.index + match[0].length - '```'.length - body.length
    return { scene, hide: hide && new RegExp(hide), commands: commandsOf(body), start, end: start + body.length }
  })
}

function commandsOf(body) {
  const commands = []
  for (const line of body.split('\n').slice(0, -1)) {
    if (line.startsWith('$ ')) commands.push({ text: line.slice(2), output: [] })
    else if (line.startsWith('> ') && commands.at(-1)?.output.length === 0) commands.at(-1).text += `\n${line.slice(2)}`
    else commands.at(-1).output.push(line)
  }
  return commands
}

/** The body again, with the outputs given. */
export function bodyOf(commands) {
  return commands.map(({ text, output }) => [`$ ${text.replaceAll('\n', '\n> ')}`, ...output, ''].join('\n')).join('')
}

/** Output of a run as a page shows it: folded, what is hidden told by one `…`, no blank lines at the end. */
export function present(text, hide) {
  const shown = []
  for (const line of text.replace(/\s+$/, '').split('\n')) {
    if (hide?.test(line)) {
      if (shown.at(-1) !== '…') shown.push('…')
    } else shown.push(...fold(line.trimEnd()))
  }
  return shown.length === 1 && shown[0] === '' ? [] : shown
}

const isJson = (line) => /^ *["{}[\]]/.test(line)

function fold(line) {
  const lines = []
  const indent = line.match(/^ */)[0] + '    '
  let rest = line
  while (rest.length > width && !isJson(line)) {
    const at = rest.lastIndexOf(' ', width)
    if (at <= indent.length) break
    lines.push(rest.slice(0, at))
    rest = indent + rest.slice(at + 1)
  }
  return [...lines, rest]
}

/** What two runs have in common: without times, ids, and where a line was folded. */
export function comparable(output) {
  return output
    .filter((line) => line !== '…') // where it falls depends on which stream was quicker
    .join(' ')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?/g, 'TIME')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/migration-guard [0-9a-f]{8}\b/g, 'migration-guard RUN')
    .replace(/@[0-9a-f]{8}\b/g, '@ROW')
    .replace(/"[0-9a-f]{8}"/g, '"ROW"')
    .replace(/\b(pid|ms|t)=[\d.]+/g, '$1=N')
    .replace(/"(\w*[mM]s)":\s*[\d.]+/g, '"$1": N')
    .replace(/\b\d+(\.\d+)? ?(ms|s|seconds)\b/g, 'N $2')
    .replace(/\b\d+\.\d+(\.\d+)?\b/g, 'VERSION')
    .replace(/about \d+ rows?; inserts, undone ones too: \d+/g, 'about N rows') // PostgreSQL's statistics come late
    .replace(/after \d+\s+attempts?/g, 'after N attempts')
    .replace(/-{4,}/g, '----')
    .replace(/\s+/g, ' ')
    .trim()
}
