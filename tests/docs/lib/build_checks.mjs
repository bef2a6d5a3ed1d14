// The build checks of Docker (docs.docker.com/reference/build-checks), by the names that `docker build --check` prints,
// as far as a file alone can answer them. Own code, written from that page; each gives what it finds, line and why.
//
// Not here: InvalidBaseImagePlatform asks a registry; InvalidDefinitionDescription is experimental, off unless a file asks
// for it, and forbids a comment above ARG that does not begin with its name.
import { pairsOf, variablesOf } from './dockerfile.mjs'

// Set by the builder itself, without an ARG.
const PLATFORM = /^(TARGET|BUILD)(PLATFORM|OS|ARCH|VARIANT)$/
// Of which a Dockerfile cannot know whether the base image sets them: PATH is in every image.
const OF_EVERY_IMAGE = new Set(['PATH'])
const EXPANDS = new Set(['ADD', 'COPY', 'ENV', 'EXPOSE', 'LABEL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR', 'ARG'])
const SECRET = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i
const CLASSIC_FLAG = /^--(from|chown|interval|timeout|retries|start-period)=/
const NO_SECRET = /(?:_|^)public(?:_|$)/i

const isJson = (text) => {
  try {
    return Array.isArray(JSON.parse(text))
  } catch {
    return false
  }
}
const isUpper = (word) => word === word.toUpperCase()
const isLower = (word) => word === word.toLowerCase()
const all = (file, ...verbs) => file.instructions.filter(({ verb }) => verbs.includes(verb))
const at = (line, why) => ({ line, why })
const named = (file) => file.stages.filter(({ name }) => name)

const globalArgs = (file) => new Map(file.globals.flatMap(pairsOf).map(({ name, value }) => [name, value]))

/** What `FROM` becomes when no --build-arg is given. */
function defaultBase(file, base) {
  const values = globalArgs(file)
  return base.replace(/\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})/g, (_, bare, braced, fallback) => {
    return values.get(bare ?? braced) || fallback || ''
  })
}

/** Each instruction of a stage with the names that are set when it is reached. */
function* withNames(stage) {
  const declared = (one) => (['ARG', 'ENV'].includes(one.verb) ? pairsOf(one).map(({ name }) => name) : [])
  const names = new Set([...OF_EVERY_IMAGE, ...stage.parents.flatMap(({ instructions }) => instructions.flatMap(declared))])
  for (const one of stage.instructions) {
    yield { one, names }
    for (const name of declared(one)) names.add(name)
  }
}

const undefinedIn = (stage) =>
  [...withNames(stage)].flatMap(({ one, names }) =>
    EXPANDS.has(one.verb)
      ? variablesOf(one.body)
          .filter(({ name, fallback }) => fallback === undefined && !names.has(name))
          .map(({ name }) => at(one.line, name))
      : [],
  )

function relativeIn(stage) {
  const absolute = (one) => one.verb === 'WORKDIR' && /^["']?([/$]|[A-Za-z]:)/.test(one.body)
  if (stage.parents.some(({ instructions }) => instructions.some(absolute))) return []
  const workdirs = stage.instructions.filter(({ verb }) => verb === 'WORKDIR')
  return workdirs.length === 0 || absolute(workdirs[0]) ? [] : [at(workdirs[0].line, workdirs[0].body)]
}

const repeatedIn = (stage) =>
  ['CMD', 'ENTRYPOINT', 'HEALTHCHECK'].flatMap((verb) =>
    stage.instructions
      .filter((one) => one.verb === verb)
      .slice(1)
      .map((one) => at(one.line, verb)),
  )

const shellFormIn = (stage) => {
  if ([stage, ...stage.parents].some(({ instructions }) => instructions.some(({ verb }) => verb === 'SHELL'))) return []
  const commands = stage.instructions.filter(({ verb }) => ['CMD', 'ENTRYPOINT'].includes(verb))
  return commands.filter(({ body }) => !isJson(body)).map((one) => at(one.line, one.verb))
}

/** A pattern of .dockerignore as a regular expression: `**` any folders, `*` within one, and whatever lies below. */
const ignores = (pattern) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]]/g, '\\$&')
      .replaceAll('**/', '\0')
      .replaceAll('*', '[^/]*')
      .replaceAll('\0', '(?:.*/)?')}(?:/|$)`,
  )

const sources = ({ body }) => (isJson(body) ? JSON.parse(body) : body.split(/\s+/)).slice(0, -1)
const isFromContext = ({ flags }) => !flags.some((flag) => flag.startsWith('--from='))

export const CHECKS = {
  StageNameCasing: (file) => named(file).flatMap(({ name, line }) => (isLower(name) ? [] : [at(line, name)])),
  FromAsCasing: (file) =>
    named(file).flatMap((one) => (isUpper(one.from) === isUpper(one.as) ? [] : [at(one.line, one.as)])),
  NoEmptyContinuation: (file) => file.emptyContinuations.map((line) => at(line, 'empty')),
  ConsistentInstructionCasing: (file) => {
    const words = file.instructions
    const upper = words.filter(({ word }) => isUpper(word)).length * 2 >= words.length
    return words.filter(({ word }) => (upper ? !isUpper(word) : !isLower(word))).map(({ line, word }) => at(line, word))
  },
  DuplicateStageName: (file) => {
    const names = named(file).map(({ name }) => name.toLowerCase())
    const isRepeated = ({ name }, index) => names.indexOf(name.toLowerCase()) < index
    return named(file).filter(isRepeated).map(({ name, line }) => at(line, name))
  },
  ReservedStageName: (file) =>
    named(file).flatMap(({ name, line }) => (['scratch', 'context'].includes(name.toLowerCase()) ? [at(line, name)] : [])),
  JSONArgsRecommended: (file) => file.stages.flatMap(shellFormIn),
  MaintainerDeprecated: (file) => all(file, 'MAINTAINER').map(({ line, body }) => at(line, body)),
  UndefinedArgInFrom: (file) =>
    file.stages.flatMap(({ line, base, platform = '' }) =>
      variablesOf(`${base} ${platform}`)
        .filter(({ name }) => !globalArgs(file).has(name) && !PLATFORM.test(name))
        .map(({ name }) => at(line, name)),
    ),
  WorkdirRelativePath: (file) => file.stages.flatMap(relativeIn),
  UndefinedVar: (file) => file.stages.flatMap(undefinedIn),
  MultipleInstructionsDisallowed: (file) => file.stages.flatMap(repeatedIn),
  LegacyKeyValueFormat: (file) =>
    all(file, 'ENV', 'LABEL').flatMap(({ line, body }) => (/^[^\s="']+\s/.test(body) ? [at(line, body)] : [])),
  RedundantTargetPlatform: (file) =>
    file.stages
      .filter(({ platform }) => /^\$\{?TARGETPLATFORM\}?$/.test(platform ?? ''))
      .map(({ line, platform }) => at(line, platform)),
  SecretsUsedInArgOrEnv: (file) =>
    all(file, 'ARG', 'ENV').flatMap((one) =>
      pairsOf(one)
        .filter(({ name }) => SECRET.test(name) && !NO_SECRET.test(name))
        .map(({ name }) => at(one.line, name)),
    ),
  InvalidDefaultArgInFrom: (file) =>
    file.stages.flatMap(({ line, base }) => {
      const image = defaultBase(file, base)
      return base !== '' && !/^[a-z0-9][\w./-]*(:[0-9]+\/[\w./-]+)?(:\w[\w.-]*)?(@sha256:[0-9a-f]{64})?$/.test(image)
        ? [at(line, `${base} is "${image}"`)]
        : []
    }),
  FromPlatformFlagConstDisallowed: (file) =>
    file.stages.flatMap(({ line, platform }) => (platform && !platform.includes('$') ? [at(line, platform)] : [])),
  CopyIgnoredFile: (file, ignored = []) =>
    all(file, 'ADD', 'COPY')
      .filter(isFromContext)
      .flatMap((one) =>
        sources(one)
          .map((source) => source.replace(/^\.?\//, ''))
          .filter((source) => ignored.some((pattern) => ignores(pattern).test(source)))
          .map((source) => at(one.line, source)),
      ),
  ExposeProtoCasing: (file) =>
    all(file, 'EXPOSE').flatMap(({ line, body }) => (/\/\w*[A-Z]/.test(body) ? [at(line, body)] : [])),
  ExposeInvalidFormat: (file) =>
    all(file, 'EXPOSE').flatMap(({ line, body }) => (body.includes(':') && !body.includes('${') ? [at(line, body)] : [])),
}

/** Not checks of Docker's, but errors: of a current builder the first, of Docker 20.10's classic builder the others. */
export const REFUSED = {
  'an unknown stage': (file) =>
    file.stages.flatMap(({ instructions }, index) => {
      const before = file.stages.slice(0, index).map(({ name }) => name?.toLowerCase())
      const known = (source) => before.includes(source.toLowerCase()) || /^\d+$/.test(source) || /[:/.]/.test(source)
      return instructions.flatMap(({ line, flags }) => {
        const source = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length)
        return source === undefined || known(source) ? [] : [at(line, source)]
      })
    }),
  'a heredoc': (file) =>
    all(file, 'RUN', 'COPY', 'ADD').flatMap(({ line, body }) => (/<<-?\w/.test(body) ? [at(line, body)] : [])),
  'a flag of BuildKit': (file) =>
    file.instructions.flatMap(({ line, verb, flags }) =>
      flags.filter((flag) => verb !== 'FROM' && !CLASSIC_FLAG.test(flag)).map((flag) => at(line, flag)),
    ),
  'a frontend to be fetched': (file) => (/^#\s*syntax\s*=/im.test(file.text) ? [at(1, 'syntax')] : []),
}
