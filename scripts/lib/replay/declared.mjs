// What a schema.prisma asks of its database, read in the plainest way and by none of the guard's code: the second opinion on
// whether a database fits. Not a parser: one declaration a line, as `prisma format` writes it; views and join tables are left out.

const SCALARS = new Set(['String', 'Int', 'BigInt', 'Float', 'Boolean', 'DateTime', 'Json', 'Bytes', 'Decimal'])

const mapped = (text, attribute, name) => new RegExp(`(^|\\s)${attribute}\\(\\s*(?:name:\\s*)?"([^"]+)"`, 'm').exec(text)?.[2] ?? name
const schemaOf = (body) => /@@schema\(\s*(?:map:\s*)?"([^"]+)"/.exec(body)?.[1] ?? 'public'

/** The blocks of one kind: [name, body], without comments. */
function blocks(text, kind) {
  const plain = text.replace(/\/\*[^]*?\*\//g, '').replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*/g, '$1')
  return [...plain.matchAll(new RegExp(`^\\s*${kind}\\s+(\\w+)\\s*\\{([^]*?)^\\s*\\}`, 'gm'))].map(([, name, body]) => [name, body])
}

/** { tables: [{ schema, name, columns }], enums: [{ schema, name, values }] } that the client can ask for. */
export function declared(text) {
  const enums = new Map(blocks(text, 'enum').map(([name, body]) => [name, {
    schema: schemaOf(body),
    name: mapped(body, '@@map', name),
    values: body.split('\n').filter((line) => /^\s*\w/.test(line)).map((line) => mapped(line, '@map', /\w+/.exec(line)[0])),
  }]))
  const used = new Set()
  const tables = []
  for (const [model, body] of blocks(text, 'model')) {
    if (/@@ignore\b/.test(body)) continue
    const columns = []
    for (const line of body.split('\n')) {
      const [, field, type] = /^\s*(\w+)\s+(\w+)/.exec(line) ?? []
      if (!field || !(SCALARS.has(type) || enums.has(type)) || /\s@ignore\b/.test(line)) continue
      columns.push(mapped(line, '@map', field))
      used.add(type)
    }
    tables.push({ schema: schemaOf(body), name: mapped(body, '@@map', model), columns })
  }
  return { tables, enums: [...enums].filter(([name]) => used.has(name)).map(([, one]) => one) }
}

/** What of it is not among the names that are there, as the guard's JSON names it, sorted. */
export function absent({ tables, enums }, there) {
  const gone = []
  const look = (schema, name, members) => {
    const object = `${schema}.${name}`
    if (!there.has(object)) gone.push(object)
    else gone.push(...members.map((member) => `${object}.${member}`).filter((member) => !there.has(member)))
  }
  for (const { schema, name, columns } of tables) look(schema, name, columns)
  for (const { schema, name, values } of enums) look(schema, name, values)
  return gone.sort()
}
