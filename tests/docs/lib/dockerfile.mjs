// A Dockerfile taken apart: instructions in stages. As much of the syntax as the files here use, and no heredocs.

/** Instructions with their line and words (comments inside a continued line go), and what a continuation leaves empty. */
export function parse(text) {
  const lines = []
  const emptyContinuations = []
  let open
  text.split('\n').forEach((raw, index) => {
    if (/^\s*#/.test(raw)) return
    if (raw.trim() === '') {
      if (open) emptyContinuations.push(index + 1)
      return
    }
    const part = raw.replace(/\\\s*$/, '').trim()
    if (open) open.text += ` ${part}`
    else lines.push((open = { line: index + 1, text: part }))
    if (!/\\\s*$/.test(raw)) open = undefined
  })
  const instructions = lines.map(instruction)
  return { text, instructions, emptyContinuations, ...inStages(instructions) }
}

function instruction({ line, text }) {
  const [, word, rest] = /^(\S+)\s*([\s\S]*)$/.exec(text)
  const flags = /^(--[a-z-]+(=\S*)?\s+)*/.exec(rest)[0]
  const body = rest.slice(flags.length)
  return { line, word, verb: word.toUpperCase(), flags: flags.split(/\s+/).filter(Boolean), body }
}

/** `globals` stand before the first FROM. Lines without any FROM (a block of a page) are one stage without a base. */
function inStages(instructions) {
  const first = instructions.findIndex(({ verb }) => verb === 'FROM')
  if (first < 0) return { globals: [], stages: [{ instructions, line: 1, base: '', parents: [] }] }
  const stages = []
  for (const one of instructions.slice(first)) {
    if (one.verb === 'FROM') stages.push(stageOf(one, stages))
    else stages.at(-1).instructions.push(one)
  }
  return { globals: instructions.slice(0, first), stages }
}

/** `parents`: the stages that it is made of, the nearest first. */
function stageOf({ line, word, body, flags }, earlier) {
  const [base, as, name] = body.split(/\s+/)
  const parent = earlier.find((stage) => stage.name && stage.name.toLowerCase() === base.toLowerCase())
  const platform = flags.find((flag) => flag.startsWith('--platform='))?.slice('--platform='.length)
  const parents = parent ? [parent, ...parent.parents] : []
  return { line, from: word, base, as, name, platform, parents, instructions: [] }
}

/** Names and values of ENV, LABEL or ARG: `A=b "C=d e"`; a name without a value has none. */
export const pairsOf = ({ body }) =>
  [...body.matchAll(/([\w.-]+)(?:=((?:"[^"]*"|'[^']*'|\\.|[^\s"'])*))?/g)].map(([, name, value]) => ({ name, value }))

/** Variables that a text refers to: $A, ${A}, and ${A:-b} with `fallback`. */
export const variablesOf = (text) =>
  [...text.replace(/\\\$/g, '').matchAll(/\$(?:(\w+)|\{(\w+)(?::?[-+]([^}]*))?\})/g)].map(
    ([, bare, braced, fallback]) => ({ name: bare ?? braced, fallback }),
  )
