// Reads the DDL that Prisma's schema engine writes. It is regular: one column a line, every name quoted.

const name = '"((?:[^"]|"")*)"'
const table = new RegExp(`^CREATE TABLE (?:${name}\\.)?${name} \\($`)
const column = new RegExp(`^    ${name} (.*?),?$`, 's')
const enumeration = new RegExp(`^CREATE TYPE (?:${name}\\.)?${name} AS ENUM \\((.*)\\);$`)

const unquote = (text) => text?.replaceAll('""', '"') ?? ''

/** { tables: [{ schema, name, columns: [{ name, type, list, required }] }], enums: [{ schema, name, values }] } */
export function readDdl(script) {
  const tables = []
  const enums = []
  let open
  for (const line of wholeLines(script)) {
    const begins = table.exec(line)
    const type = enumeration.exec(line)
    const field = open && column.exec(line)
    if (begins) {
      open = { schema: unquote(begins[1]), name: unquote(begins[2]), columns: [] }
      tables.push(open)
    } else if (type) {
      enums.push({ schema: unquote(type[1]), name: unquote(type[2]), values: readLabels(type[3]) })
    } else if (line === ');') {
      open = undefined
    } else if (field) {
      open.columns.push(readColumn(unquote(field[1]), field[2]))
    }
  }
  return { tables, enums }
}

/** Lines that end within neither a name nor a literal. */
function wholeLines(script) {
  const lines = []
  let line = ''
  for (const piece of script.match(/"[^"]*"|'[^']*'|\n|[^"'\n]+|["']/g) ?? []) {
    if (piece === '\n') {
      lines.push(line)
      line = ''
    } else {
      line += piece
    }
  }
  return [...lines, line]
}

function readLabels(text) {
  return [...text.matchAll(/'((?:[^']|'')*)'/g)].map((label) => label[1].replaceAll("''", "'"))
}

function readColumn(columnName, rest) {
  const [declaration] = rest.split(' DEFAULT ')
  const required = declaration.endsWith(' NOT NULL')
  let type = required ? declaration.slice(0, -' NOT NULL'.length) : declaration
  const list = type.endsWith('[]')
  if (list) type = type.slice(0, -2)
  return { name: columnName, type, list, required }
}
