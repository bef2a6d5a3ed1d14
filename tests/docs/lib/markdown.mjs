// As much of Markdown as the checks need: links, headings, and text without code.

/** Lines with code blocks, code spans and comments blanked, so that line numbers stay. */
export function proseLines(text) {
  let fence = null
  return text
    .replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '))
    .split('\n')
    .map((line) => {
      const mark = line.match(/^\s*(`{3,}|~{3,})/)?.[1]
      if (mark && (!fence || mark.startsWith(fence))) {
        fence = fence ? null : mark
        return ''
      }
      return fence || /^ {4}/.test(line) ? '' : line
    })
}

const withoutSpans = (line) => line.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, ' ')

/** { target, line } of inline links, images and reference definitions. */
export function linksOf(text) {
  return proseLines(text).flatMap((line, i) => {
    const plain = withoutSpans(line)
    const inline = [...plain.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)]
    const definitions = [...plain.matchAll(/^\s*\[[^\]]+\]:\s*<?(\S+?)>?\s*$/g)]
    return [...inline, ...definitions].map((match) => ({ target: match[1], line: i + 1 }))
  })
}

/** The anchors that GitHub gives to headings: lower case, punctuation dropped, blanks to hyphens, -1, -2 for the same. */
export function anchorsOf(text) {
  const anchors = new Set()
  for (const line of proseLines(text)) {
    const heading = line.match(/^#{1,6}\s+(.*?)\s*#*$/)?.[1]
    if (heading === undefined) continue
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
    let anchor = slug
    for (let i = 1; anchors.has(anchor); ++i) anchor = `${slug}-${i}`
    anchors.add(anchor)
  }
  return anchors
}

/** Prose for a spell checker: no code, link targets, names of files, or words with digits or capitals within. */
export function proseOf(text) {
  return proseLines(text)
    .map((line) => withoutSpans(line).replace(/\]\([^)]*\)/g, ']').replace(/https?:\S+/g, ' '))
    .map((line) => line.replace(/[\p{L}\p{N}_./-]*(?:[\p{N}_/]|\p{L}\.\p{L})[\p{L}\p{N}_./-]*/gu, ' '))
    .map((line) => line.replace(/\S*[a-z][A-Z]\S*/g, ' ').replace(/(?<=\p{L})['’]s(?!\p{L})/gu, ''))
    .join('\n')
}

/** French prose, for a checker that knows words only: elisions and hyphens taken apart, foreign words in italics out. */
export function frenchProseOf(text) {
  return proseOf(text)
    .replace(/(?<![*\p{L}])\*[^*\n]+\*(?!\*)/gu, ' ')
    .replace(/(?<!\p{L})(?:[cdjlmnst]|qu|jusqu|lorsqu)['’]/giu, ' ')
    .replace(/(?<=\p{L})-(?=\p{L})/gu, ' ')
}
