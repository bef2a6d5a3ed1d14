// node prose.mjs LANGUAGE PAGE: the prose of a page on standard output, for tests/docs/spelling.
import { readFileSync } from 'node:fs'

import { frenchProseOf, proseOf } from './markdown.mjs'

const [language, page] = process.argv.slice(2)
const text = readFileSync(page, 'utf8')
process.stdout.write(language === 'fr' ? frenchProseOf(text) : proseOf(text))
