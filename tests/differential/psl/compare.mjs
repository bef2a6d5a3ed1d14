// Differences between what Prisma says of a schema and what the guard reads, as sentences; none when they agree.

import { readDdl } from './ddl.mjs'

/** PostgreSQL keeps 63 bytes of a name, cut between characters. */
export function truncate(name) {
  let bytes = 0
  let kept = ''
  for (const character of name) {
    bytes += Buffer.byteLength(character)
    if (bytes > 63) break
    kept += character
  }
  return kept
}

const isDefault = (schema) => schema === '' || schema === 'public'
const sameSchema = (a, b) => a === b || (isDefault(a) && isDefault(b))
const find = (items, schema, name) => items.find((item) => item.name === name && sameSchema(item.schema, schema))

export function* compareConfig(expected, seen) {
  const datasource = expected.datasources[0]
  if (!datasource) return
  const { datasource: read, tolerantDatasource: tolerant } = seen
  if (JSON.stringify(read) !== JSON.stringify(tolerant)) yield 'the tolerant reader sees another datasource'
  if (read?.name !== datasource.name) yield `datasource ${datasource.name}, not ${read?.name}`
  if (!datasource.provider || !['postgresql', 'postgres'].includes(read?.provider)) yield `provider ${read?.provider}`
  if ((datasource.url?.fromEnvVar ?? '') !== read?.urlVariable) yield `url ${JSON.stringify(datasource.url)}`
  if (!datasource.url?.fromEnvVar && (datasource.url?.value ?? '') !== read?.urlLiteral) yield `url ${JSON.stringify(datasource.url)}`
  if ((datasource.directUrl?.fromEnvVar ?? '') !== read?.directUrlVariable) yield `directUrl ${JSON.stringify(datasource.directUrl)}`
  if (!sameSet(datasource.schemas, read?.schemas)) yield `schemas ${datasource.schemas}, not ${read?.schemas}`
  const features = expected.generators.flatMap((generator) => generator.previewFeatures)
  if (!sameSet(features, seen.previewFeatures)) yield `previewFeatures ${features}, not ${seen.previewFeatures}`
}

function sameSet(a = [], b = []) {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())
}

export function* compareDmmf(dmmf, seen) {
  const { models, enums } = dmmf.datamodel
  const visible = seen.tables.filter((table) => table.kind !== 'joinTable' && !table.ignored)
  if (visible.length !== models.length) yield `${models.length} models, not ${visible.length}`
  for (const model of models) yield* compareModel(model, visible.find((table) => table.model === model.name))
  if (seen.enums.length !== enums.length) yield `${enums.length} enums, not ${seen.enums.length}`
  for (const e of enums) yield* compareEnum(e, seen.enums.find((other) => other.declaredAs === e.name))
  yield* compareRelations(models, seen)
}

function* compareModel(model, table) {
  if (!table) return yield `model ${model.name} is not seen`
  if (table.name !== truncate(model.dbName ?? model.name)) yield `model ${model.name} is ${model.dbName}, not ${table.name}`
  if (model.schema !== undefined && (model.schema ?? '') !== table.schema) yield `model ${model.name} in ${model.schema}, not ${table.schema}`
  const fields = model.fields.filter((field) => field.kind === 'scalar' || field.kind === 'enum')
  const columns = table.columns.filter((column) => column.use === 'queried')
  const names = (items, name) => items.map(name).join()
  if (names(fields, (f) => f.name) !== names(columns, (c) => c.field)) yield `model ${model.name}: fields ${names(fields, (f) => f.name)}, not ${names(columns, (c) => c.field)}`
  for (const field of fields) yield* compareField(model, field, columns.find((column) => column.field === field.name))
}

function* compareField(model, field, column) {
  if (!column) return
  const where = `${model.name}.${field.name}`
  if (column.name !== truncate(field.dbName ?? field.name)) yield `${where} is ${field.dbName}, not ${column.name}`
  if (column.list !== field.isList) yield `${where}: list ${field.isList}`
  if (!field.isList && column.required !== field.isRequired) yield `${where}: required ${field.isRequired}`
  if (column.isEnum !== (field.kind === 'enum')) yield `${where}: kind ${field.kind}`
}

function* compareEnum(e, declared) {
  if (!declared) return yield `enum ${e.name} is not seen`
  if (declared.name !== truncate(e.dbName ?? e.name)) yield `enum ${e.name} is ${e.dbName}, not ${declared.name}`
  const values = e.values.map((value) => value.dbName ?? value.name)
  if (JSON.stringify(values) !== JSON.stringify(declared.values)) yield `enum ${e.name}: ${values}, not ${declared.values}`
}

/** Each relation with a list on both sides has a join table, unless a side is a view; the client needs each of them. */
function* compareRelations(models, seen) {
  const views = new Set(seen.tables.filter((table) => table.kind === 'view').map((table) => table.model))
  const lists = new Map()
  const seenOnce = new Set()
  for (const model of models) {
    for (const field of model.fields.filter((candidate) => candidate.relationName)) {
      const opposite = models.find((other) => other.name === field.type)?.fields.find((other) => other !== field && other.relationName === field.relationName)
      const both = field.isList && (opposite?.isList ?? false)
      if (both && !views.has(model.name) && !views.has(field.type)) lists.set(truncate(`_${field.relationName}`), field)
      seenOnce.add(truncate(`_${field.relationName}`))
    }
  }
  const joins = seen.tables.filter((table) => table.kind === 'joinTable')
  for (const name of lists.keys()) {
    if (!joins.some((table) => table.name === name && !table.ignored)) yield `join table ${name} is not seen`
  }
  for (const table of joins) {
    // One side may be ignored, then Prisma's DMMF shows the other side alone.
    if (!lists.has(table.name) && !table.ignored && !seenOnce.has(table.name)) yield `${table.name} is no join table`
  }
}

const serials = { SERIAL: 'INTEGER', BIGSERIAL: 'BIGINT', SMALLSERIAL: 'SMALLINT' }

export function* compareDdl(script, seen) {
  const ddl = readDdl(script)
  const declared = seen.tables.filter((table) => table.kind !== 'view')
  if (ddl.tables.length !== declared.length) yield `the DDL creates ${ddl.tables.length} tables, not ${declared.length}`
  for (const table of ddl.tables) {
    const found = find(declared, table.schema, truncate(table.name))
    if (!found) yield `the DDL creates ${table.schema}.${table.name}, which is not seen`
    else yield* compareColumns(table, found)
  }
  if (ddl.enums.length !== seen.enums.length) yield `the DDL creates ${ddl.enums.length} enums, not ${seen.enums.length}`
  for (const e of ddl.enums) {
    const found = find(seen.enums, e.schema, truncate(e.name))
    if (!found) yield `the DDL creates enum ${e.schema}.${e.name}, which is not seen`
    else if (JSON.stringify(e.values) !== JSON.stringify(found.values)) yield `enum ${e.name}: ${e.values}, not ${found.values}`
  }
}

function* compareColumns(created, table) {
  const names = (columns) => columns.map((column) => truncate(column.name)).join()
  if (names(created.columns) !== names(table.columns)) yield `${created.name} has ${names(created.columns)}, not ${names(table.columns)}`
  for (const [i, column] of created.columns.entries()) {
    const seen = table.columns[i]
    if (!seen) return
    const where = `${created.name}.${column.name}`
    if (column.required !== seen.required) yield `${where}: required ${column.required}`
    if (column.list !== seen.list) yield `${where}: list ${column.list}`
    if (column.type in serials && !seen.filledByDatabase) yield `${where}: ${column.type} is filled by the database`
    const type = serials[column.type] ?? truncateNames(column.type)
    if (type !== typeText(seen)) yield `${where}: ${type}, not ${typeText(seen)}`
  }
}

const truncateNames = (type) => type.replace(/"([^"]*)"/g, (_, name) => `"${truncate(name)}"`)

function typeText(column) {
  if (!column.isEnum) return column.full
  const quote = (name) => `"${name.replaceAll('"', '""')}"`
  return isDefault(column.enumSchema) ? quote(column.type) : `${quote(column.enumSchema)}.${quote(column.type)}`
}
