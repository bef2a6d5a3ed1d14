// Cuts a script into statements where PostgreSQL's own lexer sees a top-level semicolon.
//
// The native engine of Prisma 7.4 and later sends statement by statement, the older ones the whole file as one query
// (prisma-engines pull request 5767). Comments stay with what follows them.

// PostgreSQL's blanks; JavaScript's \s and trim() would also take a byte order mark, which is a syntax error there.
const BLANK = /[ \t\r\n\f\v]/
const BLANKS_AROUND = /^[ \t\r\n\f\v]+|[ \t\r\n\f\v]+$/g
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y

function endOfLineComment(sql, at) {
  const end = sql.indexOf('\n', at)
  return end < 0 ? sql.length : end + 1
}

function endOfBlockComment(sql, at) {
  const marks = /\/\*|\*\//g
  marks.lastIndex = at
  for (let depth = 0, mark; (mark = marks.exec(sql)); ) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return sql.length
}

function endOfQuoted(sql, at) {
  const quote = sql[at]
  const escapes = quote === "'" && /(^|[^\w$])[eE]$/.test(sql.slice(Math.max(0, at - 2), at))
  for (let i = at + 1; i < sql.length; i++) {
    if (escapes && sql[i] === '\\') i++
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1
      i++
    }
  }
  return sql.length
}

function endOfDollarQuoted(sql, at) {
  if (/[\w$]/.test(sql[at - 1] ?? '')) return at + 1
  DOLLAR_TAG.lastIndex = at
  const tag = DOLLAR_TAG.exec(sql)?.[0]
  if (!tag) return at + 1
  const end = sql.indexOf(tag, at + tag.length)
  return end < 0 ? sql.length : end + tag.length
}

/** The statements of `sql`, without those that hold nothing but blanks and comments. */
export function splitStatements(sql) {
  const statements = []
  let start = 0
  let hasText = false
  const cut = (end) => {
    if (hasText) statements.push(sql.slice(start, end).replace(BLANKS_AROUND, ''))
    start = end
    hasText = false
  }
  for (let at = 0; at < sql.length; ) {
    const two = sql.slice(at, at + 2)
    if (two === '--') at = endOfLineComment(sql, at)
    else if (two === '/*') at = endOfBlockComment(sql, at)
    else if (sql[at] === ';') cut(++at)
    else {
      hasText ||= !BLANK.test(sql[at])
      if (sql[at] === "'" || sql[at] === '"') at = endOfQuoted(sql, at)
      else if (sql[at] === '$') at = endOfDollarQuoted(sql, at)
      else at++
    }
  }
  cut(sql.length)
  return statements
}
