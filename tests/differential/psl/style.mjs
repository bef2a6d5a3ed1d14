// How a schema is laid out: blanks, comments, line ends, files. Each schema has habits of its own.

const blanks = [' ', ' ', ' ', '  ', '\t', '\u00a0', '\u3000 ', '\u2003']

export class Style {
  constructor(random, major) {
    this.random = random
    this.odd = random.chance(0.3)
    this.commented = random.chance(0.5)
    this.blockComments = major >= 6
    this.lineEnd = random.pick(['\n', '\n', '\n', '\r\n', '\r'])
    this.severalFiles = major >= 6 && random.chance(0.3)
  }

  /** [path, text] pairs. */
  files(blocks) {
    const parts = this.severalFiles ? [blocks.slice(0, blocks.length >> 1), blocks.slice(blocks.length >> 1)] : [blocks]
    return parts.map((part, i) => [i === 0 ? 'schema.prisma' : `models/part${i}.prisma`, this.text(part)])
  }

  text(blocks) {
    const joined = blocks.map((block) => this.commentLines('') + block).join(this.random.pick(['\n', '\n\n', '']))
    const end = this.random.pick(['', '', '// the end', '\n\n  '])
    return (joined + end).replaceAll('\n', this.lineEnd)
  }

  /** header is keyword and name; each line a list of tokens. */
  block(header, lines) {
    const [keyword, name] = header.split(' ')
    const gap = this.odd ? this.random.pick([...blanks, ...(keyword === 'datasource' || keyword === 'model' ? [''] : [])]) : ' '
    const body = lines.map((tokens) => this.commentLines('  ') + this.line(tokens)).join('')
    const opening = this.random.chance(0.1) ? ' // what follows the brace { is dropped' : ''
    return `${keyword}${gap}${name}${this.odd ? this.random.pick(['', ...blanks]) : ' '}{${opening}\n${body}${this.odd ? '  ' : ''}}${this.random.pick(['\n', '\n', ' // done\n'])}`
  }

  line(tokens) {
    const { random } = this
    const gap = () => (this.odd ? random.pick(blanks) : ' ')
    const words = tokens.map((token) => this.attribute(token))
    const indent = this.odd ? random.pick(['', ...blanks]) : '  '
    return `${indent}${words.reduce((text, word) => text + gap() + word)}${this.trailingComment()}\n`
  }

  /** `@id` may be written `@ id`, `@map("x")` as `@map ( "x" )`. */
  attribute(token) {
    if (!this.odd || !token.startsWith('@')) return token
    const spaced = this.random.chance(0.2) ? token.replace(/^(@@?)/, '$1 ') : token
    return this.random.chance(0.2) ? spaced.replace(/^(@@? ?[\w.]+)\((.*)\)$/s, '$1 ( $2 )') : spaced
  }

  trailingComment() {
    const { random } = this
    if (!this.commented || !random.chance(0.2)) return random.pick(['', '', ' '])
    return random.pick([' // trailing @id "x', '// {', ' /// documentation }', ...(this.blockComments ? [' /* a */', ' /* a\n b } */', '/**/'] : [])])
  }

  commentLines(indent) {
    const { random } = this
    if (!this.commented || !random.chance(0.2)) return random.chance(0.1) ? '\n \t\n' : ''
    const comments = ['// model Ghost {', '/// documentation', '//', '// "', ...(this.blockComments ? ['/* model Ghost {\n id Int @id\n} */', '/**/ /* x */', '/* datasource db { */'] : [])]
    return `${indent}${random.pick(comments)}\n`
  }
}
