// Random schemas for PostgreSQL that Prisma of a given major accepts (nearly always), over the whole grammar.

import { Random } from './random.mjs'
import { Style } from './style.mjs'

const natives = {
  String: ['Text', 'VarChar', 'VarChar(64)', 'Char', 'Char(3)', 'Bit(4)', 'VarBit', 'VarBit(7)', 'Uuid', 'Xml', 'Inet', 'Citext'],
  Boolean: ['Boolean'],
  Int: ['Integer', 'SmallInt', 'Oid'],
  BigInt: ['BigInt'],
  Float: ['DoublePrecision', 'Real'],
  Decimal: ['Decimal', 'Decimal(10,2)', 'Decimal(12, 0)', 'Money'],
  DateTime: ['Timestamp', 'Timestamp(0)', 'Timestamptz', 'Timestamptz(6)', 'Date', 'Time', 'Time(3)', 'Timetz', 'Timetz(2)'],
  Json: ['JsonB', 'Json'],
  Bytes: ['ByteA'],
}
const scalars = Object.keys(natives)
const defaults = {
  String: ['"text"', '"a \\"quoted\\" // one"', '""', 'cuid()', 'uuid()', 'dbgenerated("md5(\'x\')")'],
  Boolean: ['true', 'false'],
  Int: ['0', '-7', 'dbgenerated("1 + 1")'],
  BigInt: ['9007199254740993', '-1'],
  Float: ['1.5', '-0.25', '3'],
  Decimal: ['1.50', '-2'],
  DateTime: ['now()', 'dbgenerated("now()")'],
  Json: ['"{}"', '"[1, {\\"a\\": \\"}\\"}]"'],
  Bytes: ['"aGVsbG8="'],
}
const keywords = ['type', 'model', 'enum', 'view', 'datasource', 'generator', 'fields', 'map', 'ignore', 'env', 'true']
const mappedNames = ['snake_case', 'with space', 'Ünïcode', 'dot.ted', 'semi;colon', 'back\\\\slash', 'u\\u00e9\\ud83d\\ude00',
  'x'.repeat(63), 'y'.repeat(64), 'é'.repeat(40), '表'.repeat(30), 'slash//es', 'c /* d */', '1digit', '-', 'UPPER']

/** [path, text] pairs; `applicable`: only what a server without extensions can create, with the URL in DATABASE_URL. */
export function generate(seed, major, { applicable = false } = {}) {
  return new SchemaWriter(new Random(seed * 8 + major), major, applicable).files()
}

class SchemaWriter {
  constructor(random, major, applicable) {
    this.random = random
    this.major = major
    this.applicable = applicable
    this.style = new Style(random, major)
    this.counter = 0
    this.schemas = random.chance(0.25) ? ['public', 'app', 'Weird schema'].slice(0, random.between(1, 3)) : []
    this.datasource = random.pick(['db', 'pg', 'my_source', 'datasource'])
    this.views = random.chance(0.3)
    this.prismaRelations = random.chance(0.1)
  }

  files() {
    const { random } = this
    this.enums = Array.from({ length: random.below(4) }, () => this.newEnum())
    this.models = Array.from({ length: random.between(1, 6) }, () => this.newModel('model'))
    if (this.views) this.models.push(this.newModel('view'))
    for (let i = random.below(5); i > 0; i--) this.addRelation()
    const blocks = [...this.enums.map((e) => this.enumText(e)), ...this.models.map((m) => this.modelText(m))]
    blocks.push(this.datasourceText(), this.generatorText())
    return this.style.files(random.shuffled(blocks))
  }

  /** A name not used before; now and then beyond ASCII, a keyword, or long. */
  name(upper) {
    const { random } = this
    const n = ++this.counter
    if (this.major >= 6 && random.chance(0.1)) return `${upper ? 'Z' : random.pick(['ñ', '名', 'ж', 'a'])}é前_${n}`
    if (random.chance(0.04)) return `${upper ? 'L' : 'l'}${n}${'ong'.repeat(25)}`
    const word = random.pick(upper ? ['User', 'Post', 'AnalyticsEvent', 'A', 'b', 'model', 'enumeration', 'X_y'] : ['id', 'name', 'createdAt', 'x', 'Y', 'a_b'])
    return `${word}${n}`
  }

  map(marks, probability, names = mappedNames) {
    const { random } = this
    if (!random.chance(probability)) return []
    // The number goes where no cut at 63 bytes can make two names one.
    const text = `"${++this.counter}${random.pick(names)}"`
    return [`${marks}map(${random.chance(0.3) ? 'name: ' : ''}${text})`]
  }

  schemaAttribute() {
    return this.schemas.length > 0 ? [`@@schema("${this.random.pick(this.schemas)}")`] : []
  }

  newEnum() {
    const values = Array.from({ length: this.random.between(1, 4) }, () => ({ name: this.label() }))
    return { name: this.name(true), values }
  }

  /** The server cuts a long name, but refuses a long label. */
  label() {
    const name = this.name(this.random.chance(0.5))
    return this.applicable && name.length > 60 ? `short${this.counter}` : name
  }

  enumText(e) {
    const short = mappedNames.filter((name) => !this.applicable || Buffer.byteLength(name) < 60)
    const lines = e.values.map((value) => [value.name, ...this.map('@', 0.3, short)])
    lines.push(...[this.map('@@', 0.3), this.schemaAttribute()].filter((line) => line.length > 0))
    return this.style.block(`enum ${e.name}`, lines)
  }

  newModel(keyword) {
    const { random } = this
    const model = { keyword, name: this.name(true), fields: [], attributes: [], ignored: random.chance(0.08) }
    model.id = this.idField(model)
    for (let i = random.below(9); i > 0; i--) model.fields.push(this.field(model))
    for (const keywordField of random.some(keywords, 0.05)) model.fields.push({ name: keywordField, type: 'Int?', attributes: [] })
    if (random.chance(0.15)) model.fields.push(this.unsupported())
    if (model.ignored) model.attributes.push(['@@ignore'])
    const map = this.map('@@', 0.4)
    if (map.length > 0) model.attributes.push(map)
    if (this.schemas.length > 0) model.attributes.push(this.schemaAttribute())
    if (keyword === 'model') this.addIndexes(model)
    return model
  }

  idField(model) {
    const { random } = this
    const type = random.pick(['Int', 'String', 'BigInt', ...(this.enums.length > 0 ? [this.enums[0].name] : [])])
    const attributes = [...this.map('@', 0.3)]
    const field = { name: this.name(false), type, attributes, bare: type }
    if (model.keyword === 'view') attributes.push('@unique')
    else if (random.chance(0.2)) model.attributes.push([random.pick([`@@id([${field.name}])`, `@@id(fields: [${field.name}])`, `@@id(${field.name})`])])
    else attributes.push('@id')
    if (type === 'Int' && random.chance(0.5)) attributes.push('@default(autoincrement())')
    if (type === 'String' && random.chance(0.5)) attributes.push(random.pick(['@default(cuid())', `@${this.datasource}.Uuid`, '@default(uuid())']))
    model.fields.push(field)
    return field
  }

  field(model) {
    const { random } = this
    if (this.enums.length > 0 && random.chance(0.25)) return this.enumField()
    const type = random.pick(scalars)
    const arity = random.pick(['', '', '', '?', '[]'])
    const attributes = this.map('@', 0.25)
    const native = random.chance(0.4)
    if (native) attributes.push(`@${this.datasource}.${random.pick(natives[type].filter((name) => !this.applicable || name !== 'Citext'))}`)
    if (arity !== '[]' && !native && random.chance(0.35)) attributes.push(this.defaultAttribute(random.pick(defaults[type])))
    if (arity === '[]' && type === 'Int' && random.chance(0.5)) attributes.push('@default([1, -2])')
    if (type === 'DateTime' && arity === '' && !native && random.chance(0.2)) attributes.push('@updatedAt')
    if (!model.ignored && random.chance(0.07)) attributes.push('@ignore')
    return { name: this.name(false), type: type + arity, attributes: random.shuffled(attributes), scalar: arity === '' && !attributes.includes('@ignore') ? type : undefined }
  }

  defaultAttribute(value) {
    return this.random.chance(0.1) ? `@default(value: ${value})` : `@default(${value})`
  }

  enumField() {
    const { random } = this
    const e = random.pick(this.enums)
    const arity = random.pick(['', '?', '[]'])
    const attributes = this.map('@', 0.25)
    if (random.chance(0.4)) attributes.push(arity === '[]' ? `@default([${e.values[0].name}])` : `@default(${e.values[0].name})`)
    return { name: this.name(false), type: e.name + arity, attributes }
  }

  unsupported() {
    const { random } = this
    const type = random.pick(['circle', 'tsvector', ...(this.applicable ? [] : ['geometry(Point, 4326)', 'a \\"b\\"'])])
    const attributes = this.map('@', 0.3)
    return { name: this.name(false), type: `Unsupported("${type}")${random.pick(['', '?', '[]'])}`, attributes }
  }

  addIndexes(model) {
    const { random } = this
    const fields = model.fields.filter((field) => field.scalar && ['Int', 'BigInt'].includes(field.scalar)).map((field) => field.name)
    if (fields.length === 0 || !random.chance(0.5)) return
    const sorted = fields.map((field) => field + random.pick(['', '(sort: Desc)', '( sort : Asc )']))
    const text = random.pick([`@@index([${sorted.join(', ')}])`, `@@unique([ ${fields.join(' , ')} ])`, `@@index(fields: [${fields[0]}], map: "i${++this.counter}")`,
      `@@index(${fields[0]}, type: Hash)`, `@@unique([${fields.join()}], name: "n${++this.counter}", map: "u${++this.counter}")`, `@@index([${fields[0]}(ops: raw("int4_ops"))], type: BTree)`])
    if (text.includes('ops:') && model.fields.find((field) => field.name === fields[0]).scalar !== 'Int') return
    model.attributes.push([text])
  }

  addRelation() {
    const { random } = this
    const a = random.pick(this.models)
    const b = random.pick(this.models)
    if (a.ignored || b.ignored) return
    if (random.chance(0.55)) this.addManyToMany(a, b)
    else this.addOneToMany(a, b)
  }

  relationName(needed) {
    const { random } = this
    if (!needed && random.chance(0.3)) return undefined
    return random.pick([`Rel${++this.counter}`, `${++this.counter} with space`, `r${++this.counter}${'é'.repeat(35)}`, `_${++this.counter}`])
  }

  /** Two relations between the same models need names. */
  pairIsNew(a, b) {
    this.pairs ??= new Set()
    const key = [a.name, b.name].sort().join()
    const isNew = !this.pairs.has(key) && a !== b
    this.pairs.add(key)
    return isNew
  }

  addManyToMany(a, b) {
    const name = this.relationName(!this.pairIsNew(a, b))
    const attribute = name === undefined ? [] : [this.random.pick([`@relation("${name}")`, `@relation(name: "${name}")`])]
    if (a.keyword === 'view' || b.keyword === 'view') return
    const ignored = this.random.chance(0.05) ? ['@ignore'] : []
    a.fields.push({ name: this.name(false), type: `${b.name}[]`, attributes: [...attribute, ...ignored] })
    b.fields.push({ name: this.name(false), type: `${a.name}[]`, attributes: attribute })
  }

  addOneToMany(a, b) {
    const { random } = this
    if (a.keyword === 'view' || b.keyword === 'view') return
    const name = this.relationName(!this.pairIsNew(a, b))
    const optional = random.pick(['', '?'])
    const key = { name: this.name(false), type: b.id.bare + optional, attributes: this.map('@', 0.3) }
    const uuid = b.id.attributes.find((attribute) => attribute.endsWith('.Uuid'))
    if (uuid) key.attributes.push(uuid)
    const one = random.chance(0.3)
    if (one) key.attributes.push('@unique')
    const named = name === undefined ? '' : random.pick([`"${name}", `, `name: "${name}", `])
    const free = random.pick(['', ', onDelete: Cascade', ', onUpdate: NoAction, onDelete: Cascade', `, map: "fk${++this.counter}"`])
    const actions = a === b ? ', onDelete: NoAction, onUpdate: NoAction' : this.prismaRelations ? '' : free
    const lists = random.chance(0.2) ? `fields: ${key.name}, references: ${b.id.name}` : `fields: [${key.name}], references: [${b.id.name}]`
    a.fields.push(key, { name: this.name(false), type: b.name + optional, attributes: [`@relation(${named}${lists}${actions})`] })
    b.fields.push({ name: this.name(false), type: a.name + (one ? '?' : '[]'), attributes: name === undefined ? [] : [`@relation("${name}")`] })
  }

  modelText(model) {
    const fields = model.fields.map((field) => [field.name, field.type, ...field.attributes])
    const lines = this.random.chance(0.2) ? [...model.attributes, ...fields] : [...fields, ...model.attributes]
    return this.style.block(`${model.keyword} ${model.name}`, lines)
  }

  datasourceText() {
    const { random } = this
    const lines = [['provider', '=', random.pick(['"postgresql"', '"postgres"'])]]
    const urls = ['env("DATABASE_URL")', ...(this.applicable ? [] : ['env( "URL_X" )', '"postgresql://u:p@h/d?schema=x"'])]
    if (this.major <= 6) lines.push(['url', '=', random.pick(urls)])
    const direct = this.major === 5 || this.major === 6 ? random.some([['directUrl', '=', 'env("DIRECT_URL")']], 0.3) : []
    if (!this.applicable) lines.push(...direct)
    if (this.prismaRelations) lines.push(['relationMode', '=', '"prisma"'])
    else lines.push(...random.some([['relationMode', '=', '"foreignKeys"']], 0.1))
    if (this.schemas.length > 0) lines.push(['schemas', '=', `[${this.schemas.map((schema) => `"${schema}"`).join(', ')}]`])
    return this.style.block(`datasource ${this.datasource}`, random.shuffled(lines))
  }

  generatorText() {
    const { random } = this
    const features = [...(this.views ? ['views'] : []), ...(this.schemas.length > 0 ? ['multiSchema'] : [])]
    const lines = [['provider', '=', '"prisma-client-js"'], ['previewFeatures', '=', `[${features.map((feature) => `"${feature}"`).join(', ')}]`]]
    lines.push(...random.some([['output', '=', '"../x"'], ['custom', '=', '[a, "b", 1, env("X")]'], ['other', '=', 'true']], 0.3))
    return this.style.block('generator client', lines)
  }
}
