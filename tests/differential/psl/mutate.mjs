// Small damage to a valid schema. Much of it Prisma still accepts: then the guard must as well.

const insertions = [' ', '\t', '\n', '\r', '//', '/* c */', '///', '"', '@', '@@', '(', ')', '[', ']', '{', '}', ',', ':', '.', '?', '-', '_', '=', 'é', '\u00a0', '\\', '0', 'x']

export function mutate(files, random) {
  return files.map(([path, text]) => [path, random.chance(0.7) ? damage(text, random) : text])
}

function damage(text, random) {
  const at = random.below(text.length + 1)
  const length = random.pick([1, 1, 1, 2, 5])
  switch (random.below(5)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length)
    case 1:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at)
    case 2:
      return moveLine(text, random)
    default:
      return text.slice(0, at) + random.pick(insertions) + text.slice(at)
  }
}

function moveLine(text, random) {
  const lines = text.split('\n')
  const [line] = lines.splice(random.below(lines.length), 1)
  lines.splice(random.below(lines.length + 1), 0, line)
  return lines.join('\n')
}
