// The words of a failed script, P3018: the native engine's, which the WebAssembly build leaves out
// (prisma-engines: schema-engine/connectors/sql-schema-connector/src/flavour/postgres/connector/native/mod.rs).

const CONTEXT_LINES = 5
const bold = (number) => `\x1b[1m${String(number).padStart(3)}\x1b[0m`
const red = (number, line) => `\x1b[1m${String(number).padStart(3)}\x1b[1;31m ${line}\x1b[0m`

// As there: a position counted in characters is looked up among byte offsets, so it is off after non-ASCII text.
function excerpt(script, position) {
  const lines = script.split('\n').map((line) => line.replace(/\r$/, ''))
  let bytes = 0
  const at = lines.findIndex((line) => (bytes += Buffer.byteLength(line) + 1) >= position)
  if (at < 0) return ''
  const before = lines.slice(Math.max(0, at - CONTEXT_LINES), at)
  const numbered = before.map((line, i) => `${bold(at - before.length + i + 1)}${line === '' ? '' : ' '}${line}`)
  if (at < CONTEXT_LINES) numbered.unshift(bold(0))
  return `\n\nPosition:\n${[...numbered, red(at + 1, lines[at])].join('\n')}`
}

const option = (value) => (value === undefined ? 'None' : `Some(${JSON.stringify(value)})`)
const number = (value) => (value === undefined ? 'None' : `Some(${value})`)
const titleCase = (word) => word[0] + word.slice(1).toLowerCase()

/** How Rust's `{:?}` shows the driver's error. */
function debugForm(error) {
  const fields = [
    `severity: ${JSON.stringify(error.severity)}`,
    `parsed_severity: Some(${titleCase(error.severity)})`,
    `code: SqlState(E${error.code})`,
    `message: ${JSON.stringify(error.message)}`,
    `detail: ${option(error.detail)}`,
    `hint: ${option(error.hint)}`,
    `position: ${error.position ? `Some(Original(${error.position}))` : 'None'}`,
    `where_: ${option(error.where)}`,
    `schema: ${option(error.schema)}`,
    `table: ${option(error.table)}`,
    `column: ${option(error.column)}`,
    `datatype: ${option(error.dataType)}`,
    `constraint: ${option(error.constraint)}`,
    `file: ${option(error.file)}`,
    `line: ${number(error.line)}`,
    `routine: ${option(error.routine)}`,
  ]
  return `DbError { ${fields.join(', ')} }`
}

/** The error object of the answer for migration `name`, whose `statement` failed with node-pg's `error`. */
export function failedScript(name, { error, statement }) {
  const lines = [`${error.severity ?? 'ERROR'}: ${error.message}`]
  if (error.detail) lines.push(`DETAIL: ${error.detail}`)
  if (error.hint) lines.push(`HINT: ${error.hint}`)
  const position = error.position ? excerpt(statement, Number(error.position)) : ''
  const debug = error.severity ? debugForm(error) : String(error.message)
  const database_error = `${lines.join('\n')}${position}\n\n${debug}`
  const message = [
    'A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more about' +
      ' how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve',
    `Migration name: ${name}`,
    `Database error code: ${error.code ?? 'none'}`,
    `Database error:\n${database_error}\n`,
  ].join('\n\n')
  return { code: 'P3018', message, meta: { migration_name: name, database_error_code: error.code, database_error } }
}

/** What the native engine writes to the `logs` column: the same words, then the engine's own span trace. */
export function logsOf({ applying, failedScript: failed }, given) {
  const trace = /^ +0: /m.exec(given)
  return `${failedScript(applying, failed).message}\n${trace ? given.slice(trace.index) : ''}`
}
