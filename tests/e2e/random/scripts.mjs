// Random scripts of a migration: what people write, what fails, what takes its transaction into its own hands, and what
// leaves the session changed.
//
// Every script writes its name into a table "trace", so that a migration that is lost, repeated or out of its turn shows.
// Keeps true: a script says of itself in what it rightly ends otherwise than with Prisma (`wounds`).

/**
 * What the CLI does with a script that harms the CLI's own bookkeeping, whereas the guard restores its session after every
 * script (src/postgres/native_run.cpp): `instead` is the text that makes the CLI do what the guard does.
 *   session      the script is through, and its row ends as failed: P1014, 42501, 25006 (prisma/orm#13269, prisma/web#4906)
 *   transaction  the CLI says that all is well, and whatever it did from here on goes with the session
 */
const session = (undo) => ({ wounds: 'session', instead: (text, schema) => `${text}\n${undo(schema)};\n` })
const transaction = { wounds: 'transaction', instead: (text) => `${text}\nSELECT 1/0;\n` }

const quote = (name) => `'${name.replaceAll("'", "''")}'`

const WHEN_REACHED = ['SELECT 1/0;', 'CREATE TABLE "bad" ("id" nosuchtype);', 'ALTER TABLE "nosuch" ADD COLUMN "x" INT;',
  'INSERT INTO "nosuch" VALUES (1);', "DO $$ BEGIN RAISE EXCEPTION 'no; not this'; END $$;", 'COPY "nosuch" FROM stdin;']

function pieces(random, name, i) {
  const trace = 'CREATE TABLE IF NOT EXISTS "trace" ("n" SERIAL, "name" TEXT NOT NULL);'
  const mark = `INSERT INTO "trace" ("name") VALUES (${quote(name)});`
  return {
    traced: `${trace}\n${mark}`,
    table: `CREATE TABLE "T${i}" ("id" SERIAL PRIMARY KEY, "text" VARCHAR(${random.between(1, 9)}) DEFAULT 'a;b');`,
    bad: random.pick([...WHEN_REACHED, 'SELEC 1;']),
    badWhenReached: random.pick(WHEN_REACHED),
    // A foreign key that is looked at only when the transaction ends.
    late: `CREATE TABLE "p${i}" ("id" INT PRIMARY KEY);\nCREATE TABLE "c${i}" ("id" INT REFERENCES "p${i}"` +
      ` DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO "c${i}" VALUES (1);`,
  }
}

const good = {
  traced: ({ traced }) => traced,
  table: ({ traced, table }) => `-- CreateTable\n${table}\n\n${traced}`,
  tableOnly: ({ table }) => table,
  empty: (_, random) => random.pick(['', '\n', ';', '-- This is an empty migration.', '/* nothing */', ' ; ; \n--x']),
  ownTransaction: ({ traced, table }) => `BEGIN;\n${traced}\n${table}\nCOMMIT;`,
  commits: ({ traced, table }) => `${traced}\nCOMMIT;\n${table}`,
  twoTransactions: ({ traced, table }) => `BEGIN;\n${table}\nCOMMIT;\nBEGIN;\n${traced}\nCOMMIT;`,
  savepoint: ({ traced, table }) => `BEGIN;\n${traced}\nSAVEPOINT s;\n${table}\nROLLBACK TO s;\nCOMMIT;`,
  rollsBack: ({ traced, table }) => `BEGIN;\n${table}\nROLLBACK;\n${traced}`,
  function: ({ traced }, _, i) =>
    `CREATE FUNCTION "f${i}"() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN 1; -- ;\nEND; $body$;\n${traced}`,
  enum: ({ traced }, _, i) => `CREATE TYPE "E${i}" AS ENUM ('a', 'b');\n${traced}`,
  view: ({ traced }, _, i) => `CREATE VIEW "v${i}" AS SELECT 1 AS "one";\n${traced}`,
  concurrently: (_, random) => `CREATE INDEX CONCURRENTLY IF NOT EXISTS "i${random.below(3)}" ON "trace" ("name");`,
  addsToEarlier: ({ traced }, random, i) => `ALTER TABLE "T${random.below(i + 1)}" ADD COLUMN "c${i}" INT;\n${traced}`,
  dropsEarlier: ({ traced }, random, i) => `DROP TABLE "T${random.below(i + 1)}";\n${traced}`,
  asks: ({ traced }) => `${traced}\nSELECT * FROM "trace";\nSELECT 'a' || chr(10);`,
  lowers: ({ traced }) => `SET statement_timeout = '5min';\n${traced}\nRESET statement_timeout;`,
  local: ({ traced }) => `BEGIN;\n${traced}\nSET LOCAL search_path = pg_catalog;\nSET LOCAL ROLE pg_monitor;\nCOMMIT;`,
  locks: ({ traced }) => `${traced}\nSELECT pg_advisory_lock(42);`,
}

const failing = {
  first: ({ bad }) => bad,
  beforeRest: ({ bad, traced }) => `${bad}\n${traced}`,
  insideBegin: ({ bad, traced, table }) => `BEGIN;\n${traced}\n${table}\n${bad}\nCOMMIT;`,
  // As the CLI of 7 sends statement by statement, what came before stays; so only with those that send it whole.
  last: ({ bad, traced, table }) => `${traced}\n${table}\n${bad}`,
  // A syntax error is one of the whole text, of which nothing is run then when it is sent whole.
  afterCommit: ({ badWhenReached, traced, table }) => `BEGIN;\n${traced}\nCOMMIT;\n${badWhenReached}\n${table}`,
  afterOwnCommit: ({ bad, traced, table }) => `${traced}\nCOMMIT;\n${table}\n${bad}`,
  deferred: ({ traced, late }) => `${traced}\n${late}`,
  deferredOwn: ({ traced, late }) => `BEGIN;\n${traced}\n${late}\nCOMMIT;`,
  concurrentlyInBegin: () => 'BEGIN;\nCREATE INDEX CONCURRENTLY "i" ON "trace" ("name");\nCOMMIT;',
  concurrentlyAndMore: ({ traced }) => `${traced}\nCREATE INDEX CONCURRENTLY "i" ON "trace" ("name");`,
  usesNewLabel: (_, random, i) =>
    `CREATE TYPE "E${i}" AS ENUM ('a');\nCOMMIT;\nALTER TYPE "E${i}" ADD VALUE 'z';\nSELECT 'z'::"E${i}";`,
  byteOrderMark: ({ traced }) => `\ufeff${traced}`,
}
const ONLY_SENT_WHOLE = ['last', 'afterOwnCommit', 'deferred', 'concurrentlyAndMore', 'usesNewLabel']

const wounding = {
  // With everything else Prisma's lock and the search path of ?schema= go; alone, as it may not be in a transaction.
  discards: [() => 'DISCARD ALL;', { wounds: 'session', instead: () => 'SELECT 1;' }],
  searchPath: [({ traced }) => `${traced}\nSELECT pg_catalog.set_config('search_path', '', false);`,
    session((schema) => (schema ? `SET search_path = "${schema}"` : 'RESET search_path'))],
  role: [({ traced }) => `${traced}\nSET ROLE pg_monitor;`, session(() => 'RESET ROLE')],
  readOnly: [({ traced }) => `${traced}\nSET default_transaction_read_only = on;`,
    session(() => 'SET default_transaction_read_only = off')],
  open: [({ traced, table }) => `BEGIN;\n${traced}\n${table}`, transaction],
  openAgain: [({ traced, table }) => `BEGIN;\n${traced}\nCOMMIT;\nBEGIN;\n${table}`, transaction],
}

/** { text, kind, wounds, instead }; `i`: its place when the bundle was made. */
export function randomScript(random, { major, name, i, fragile }) {
  const parts = pieces(random, name, i)
  const shape = (text) => (random.chance(0.1) ? text.replaceAll('\n', '\r\n') : random.chance(0.8) ? `${text}\n` : text)
  if (random.chance(0.06)) {
    const kind = random.pick(Object.keys(wounding))
    const [make, wound] = wounding[kind]
    return { kind, ...wound, text: shape(make(parts, random, i)) }
  }
  const kinds = random.chance(fragile) ? failing : good
  const kind = random.pick(Object.keys(kinds).filter((one) => major < 7 || !ONLY_SENT_WHOLE.includes(one)))
  return { kind, text: shape(kinds[kind](parts, random, i)) }
}
