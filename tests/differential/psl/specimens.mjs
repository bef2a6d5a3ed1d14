// Schemas that Prisma accepts and that a parser is likely to get wrong, each with a reason for being here.

const datasource = (major) => `datasource db {\n  provider = "postgresql"\n${major <= 6 ? '  url = env("DATABASE_URL")\n' : ''}}\n`
const one = (text) => (major) => [['schema.prisma', datasource(major) + text]]
const model = (lines) => one(`model A {\n${lines}\n}\n`)

export const specimens = {
  'the keyword may touch the name': { files: one('modelUser {\n id Int @id\n}\nenumColor {\n a\n}\n') },
  'a block may begin behind the brace of another': { files: one('model A {\n id Int @id\n} model B {\n id Int @id\n}\n') },
  'the line of the opening brace is dropped': { files: one('model A { b String @foo("\n id Int @id\n}\n') },
  'no newline at the end': { files: one('model A {\n id Int @id\n}') },
  'fields called like keywords': { files: model(' id Int @id\n model Int\n type Int\n enum Int\n view Int\n datasource String\n generator String') },
  'a model called model': { files: one('model model {\n id Int @id\n}\nmodel type {\n id Int @id\n}\n') },
  'a model called like the keyword datasource': { files: one('model datasourceX {\n id Int @id\n}\n') },
  'blanks within attributes': { files: model(' id Int @ id @ default ( autoincrement ( ) )\n b Int []\n c Int ?\n @@ map ( name : "x" )') },
  'escapes in names': { files: model(' id Int @id @map("a\\u0041\\n\\tb\\\\ \\/ \\ud83d\\ude00")') },
  'comment marks within strings': { files: model(' id Int @id @map("a//b")\n c Int @map("/* c */")') },
  'an empty mapped name': { files: model(' id Int @id @map("")') },
  'wide blanks': { files: one('model\u00a0A\u3000{\n\u2003id\u202fInt\u205f@id\n}\n') },
  'carriage returns alone': { files: (major) => [['schema.prisma', (datasource(major) + 'model A {\n id Int @id\n}\n').replaceAll('\n', '\r')]] },
  'Unsupported with blanks': { files: model(' id Int @id\n b Unsupported( "x" )\n c Unsupported("y(1, 2)")?\n d Unsupported("z") []') },
  'a schema without models': { files: one('') },
  'comments between and behind': { majors: [6, 7], files: one('/* a\n b */ /* c */ // d\nmodel A {\n /* x */ id Int @id /* y */\n /** **/\n @@map("m") /* c\n d */\n} /* e */ model B {\n id Int @id\n}\n/* f */') },
  'letters of all scripts': { majors: [6, 7], files: model(' id Int @id\n é_é String\n 名前 String\n ж String\n 한국 String\n 𝒜 String\n ª String\n ひらがな String') },
  'self relations': { files: one('model A {\n id Int @id\n zz A[] @relation("Friends")\n aa A[] @relation(name: "Friends")\n p A? @relation("Tree", fields: [pid], references: [id])\n pid Int?\n cs A[] @relation("Tree")\n}\n') },
  'join tables by model names, bytewise': { files: one('model a {\n id Int @id\n bs B[]\n @@map("zzz")\n}\nmodel B {\n id String @id @db.VarChar(10)\n as a[]\n @@map("aaa")\n}\n') },
  'two relations between two models': { files: one('model A {\n id Int @id\n b1 B[] @relation("x")\n b2 B[] @relation("y")\n b3 B[]\n}\nmodel B {\n id Int @id\n a1 A[] @relation("x")\n a2 A[] @relation("y")\n a3 A @relation(fields: [aid], references: [id])\n aid Int\n}\n') },
  'a join table of ids mapped and put into @@id': { files: one('enum E {\n a\n @@map("ee")\n}\nmodel A {\n id E @map("x")\n bs B[]\n @@id([id])\n}\nmodel B {\n id BigInt @id @default(autoincrement())\n as A[]\n}\n') },
  'an ignored side of a many-to-many': { files: one('model A {\n id Int @id\n bs B[] @ignore\n}\nmodel B {\n id Int @id\n as A[]\n @@ignore\n}\n') },
  'names longer than 63 bytes': { files: one(`model ${'A'.repeat(60)} {\n id Int @id\n bs B[]\n @@map("${'é'.repeat(40)}")\n}\nmodel B {\n id Int @id @map("${'x'.repeat(70)}")\n as ${'A'.repeat(60)}[]\n}\n`) },
  'partial indexes and object literals': {
    majors: [7],
    files: one('generator client {\n provider = "prisma-client-js"\n previewFeatures = ["partialIndexes"]\n}\nmodel A {\n id Int @id\n b Int\n c Boolean\n @@index([b], where: raw("b > 1"))\n @@index([c], where: { c: true, b: { not: null } })\n}\n'),
  },
  'extensions': {
    majors: [4, 5, 6, 7],
    files: (major) => [['schema.prisma', `generator client {\n provider = "prisma-client-js"\n previewFeatures = ["postgresqlExtensions"]\n}\n${datasource(major).replace('}', ' extensions = [citext, postgis(map: "p", version: "2.1"), x(schema: "public")]\n}')}model A {\n id String @id @db.Citext\n}\n`]],
  },
  'an object in a generator': { majors: [7], files: (major) => [['schema.prisma', `generator client {\n provider = "prisma-client-js"\n x = { a: 1, b: { c: "d" } }\n}\n${datasource(major)}`]] },
}
