// Every Dockerfile here, and every Dockerfile block of the pages: nothing that a current Docker warns of or refuses, and
// nothing that the classic builder of Docker 20.10 does not know. No engine is needed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'

import { CHECKS, REFUSED } from './lib/build_checks.mjs'
import { parse } from './lib/dockerfile.mjs'
import { filesNamed, pages, root } from './lib/pages.mjs'

const RULES = { ...CHECKS, ...REFUSED }
const read = (path) => readFileSync(join(root, path), 'utf8')
const dockerfiles = filesNamed(/^(.*\.)?Dockerfile$/)

function findings(text, ignored) {
  const file = parse(text)
  return Object.entries(RULES).flatMap(([name, rule]) =>
    rule(file, ignored).map(({ line, why }) => `line ${line}: ${name}: ${why}`),
  )
}

function ignoredBeside(dockerfile) {
  const path = join(dirname(dockerfile), '.dockerignore')
  try {
    return read(path)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line && !line.startsWith('#'))
  } catch {
    return []
  }
}

const blocksOf = (page) =>
  [...read(page).matchAll(/^```dockerfile\n([\s\S]*?)^```/gm)].map(([, body], index) => [
    `${page}, block ${index + 1}`,
    body,
  ])

describe('Dockerfiles', () => {
  test('all are found', () => {
    assert.ok(dockerfiles.includes('Dockerfile') && dockerfiles.length >= 13, dockerfiles.join(' '))
  })
  for (const path of dockerfiles) test(path, () => assert.deepEqual(findings(read(path), ignoredBeside(path)), []))
})

describe('Dockerfile blocks of the pages', () => {
  for (const [where, body] of pages().flatMap(blocksOf)) test(where, () => assert.deepEqual(findings(body), []))
})

test('compose.yaml has no version, which Compose calls obsolete', () => {
  assert.doesNotMatch(read('compose.yaml'), /^version\s*:/m)
})

// What each rule is for: the text in which it has to find something, and one in which it must not.
const SAMPLES = {
  StageNameCasing: ['FROM alpine AS Build', 'FROM alpine AS build'],
  FromAsCasing: ['FROM alpine as build', 'FROM alpine AS build'],
  NoEmptyContinuation: ['FROM alpine\nRUN a \\\n\n  b', 'FROM alpine\nRUN a \\\n  # why\n  b'],
  ConsistentInstructionCasing: ['FROM alpine\nRUN a\nEntrypoint ["b"]', 'from alpine\nrun a'],
  DuplicateStageName: ['FROM alpine AS a\nFROM alpine AS a', 'FROM alpine AS a\nFROM alpine AS b'],
  ReservedStageName: ['FROM alpine AS scratch', 'FROM scratch AS empty'],
  JSONArgsRecommended: ['FROM alpine\nCMD node server.js', 'FROM alpine\nCMD ["node", "server.js"]'],
  MaintainerDeprecated: ['FROM alpine\nMAINTAINER me', 'FROM alpine\nLABEL maintainer=me'],
  UndefinedArgInFrom: ['FROM alpine:${TAG:-3}', 'ARG TAG=3\nFROM alpine:$TAG'],
  WorkdirRelativePath: ['FROM alpine\nWORKDIR app', 'FROM alpine AS a\nWORKDIR /srv\nFROM a\nWORKDIR app'],
  UndefinedVar: ['ARG A=1\nFROM alpine\nCOPY $A .', 'FROM alpine\nARG A\nENV B=$A PATH=$PATH:/b\nRUN echo $C'],
  MultipleInstructionsDisallowed: ['FROM a\nCMD ["x"]\nCMD ["y"]', 'FROM a AS b\nCMD ["x"]\nFROM b\nCMD ["y"]'],
  LegacyKeyValueFormat: ['FROM alpine\nENV A b', 'FROM alpine\nENV A="b c" D=e'],
  RedundantTargetPlatform: ['FROM --platform=$TARGETPLATFORM alpine', 'FROM --platform=$BUILDPLATFORM alpine'],
  SecretsUsedInArgOrEnv: ['FROM alpine\nARG NPM_TOKEN', 'FROM alpine\nENV PUBLIC_KEY=a MONKEY=b'],
  InvalidDefaultArgInFrom: ['ARG TAG\nFROM alpine:${TAG}', 'ARG A=registry.example.com:5000/a/b:1\nFROM ${A}'],
  FromPlatformFlagConstDisallowed: ['FROM --platform=linux/arm64 alpine', 'FROM --platform=$BUILDPLATFORM alpine'],
  CopyIgnoredFile: ['FROM alpine\nCOPY build/x /x', 'FROM alpine\nCOPY --from=alpine:3 /build /x\nCOPY builder /y'],
  ExposeProtoCasing: ['FROM alpine\nEXPOSE 80/TCP', 'FROM alpine\nEXPOSE 80/tcp'],
  ExposeInvalidFormat: ['FROM alpine\nEXPOSE 127.0.0.1:80:80', 'FROM alpine\nEXPOSE 80'],
  'an unknown stage': ['FROM b AS a\nFROM b\nCOPY --from=c /x /y', 'FROM b AS a\nFROM b\nCOPY --from=a /x /y'],
  'a heredoc': ['FROM alpine\nRUN <<END', 'FROM alpine\nRUN echo a < b'],
  'a flag of BuildKit': ['FROM alpine\nRUN --mount=type=cache,target=/x y', 'FROM alpine\nCOPY --chown=1 a b'],
  'a frontend to be fetched': ['# syntax=docker/dockerfile:1\nFROM alpine', '# The syntax is old\nFROM alpine'],
}

describe('each rule finds what it is for, and nothing else', () => {
  for (const [name, rule] of Object.entries(RULES))
    test(name, () => {
      const [bad, good] = SAMPLES[name].map((text) => rule(parse(text), ['build', '**/node_modules']))
      assert.equal(bad.length, 1)
      assert.deepEqual(good, [])
    })
})
