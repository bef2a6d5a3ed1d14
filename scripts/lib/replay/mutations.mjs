// What goes missing: a table, a column, an enum and one of its values, other ones each time, yet the same in every run.
import { quoted } from './server.mjs'

/** [object as the guard names it, statement that takes it away]. */
export function mutations({ tables, enums }, turn) {
  const pick = (list) => list[(turn * 7 + 3) % list.length]
  const found = []
  const table = pick(tables)
  if (table) found.push([`${table.schema}.${table.name}`, `DROP TABLE ${quoted(table.schema, table.name)} CASCADE`])
  const other = pick(tables.filter(({ columns }) => columns.length > 0).reverse())
  if (other) {
    const column = pick(other.columns)
    found.push([`${other.schema}.${other.name}.${column}`,
      `ALTER TABLE ${quoted(other.schema, other.name)} DROP COLUMN ${quoted(column)} CASCADE`])
  }
  const type = pick(enums.filter(({ values }) => values.length > 0))
  if (type) {
    const value = pick(type.values)
    const change = `ALTER TYPE ${quoted(type.schema, type.name)} RENAME`
    found.push([`${type.schema}.${type.name}`, `${change} TO gone_type`])
    found.push([`${type.schema}.${type.name}.${value}`, `${change} VALUE '${value.replaceAll("'", "''")}' TO 'gone value'`])
  }
  return found
}
