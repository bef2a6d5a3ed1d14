// The scenes that pages name in `<!-- run: NAME -->`.

const INIT = '20250901080000_init'
const TAGS = '20250922141500_add_tags'
const ANALYTICS = '20251103091000_add_analytics'
const SMOKE = 'prisma/smoke/analytics.sql'
const PHONE = '20251124100000_add_phone'

const captainDefinition = (settings) =>
  `${JSON.stringify({ schemaVersion: 2, dockerfilePath: './Dockerfile', 'x-migration-guard': settings }, null, 2)}\n`

const applied = (scene) => scene.deploy()

/** The incident: the image brings a third migration, which nobody has applied. */
function september(scene) {
  const script = scene.script(ANALYTICS)
  const smoke = scene.read(SMOKE)
  scene.remove(`prisma/migrations/${ANALYTICS}`)
  scene.remove(SMOKE)
  scene.deploy()
  scene.migration(ANALYTICS, script)
  scene.write(SMOKE, smoke)
}

/** A column that existing rows cannot have: P3018 on a database with users, fine on an empty one. */
function withPhone(scene) {
  scene.migration(PHONE, 'ALTER TABLE "User" ADD COLUMN "phone" TEXT NOT NULL;\n')
  scene.schema('name      String?\n', 'name      String?\n  phone     String\n')
}

export const stories = {
  empty() {},
  applied,

  september,

  /** The same, with the app's log: a timestamp and prisma:error, then a sentence without either. */
  incident(scene) {
    september(scene)
    scene.write('app.log', [
      '2025-11-10T03:51:27.425062648Z prisma:error',
      'Invalid `prisma.analyticsEvent.create()` invocation:',
      'The table `public.AnalyticsEvent` does not exist in the current database.',
      '',
    ].join('\n').repeat(3))
  },

  /** The third migration is recorded as applied, and never ran. */
  marked(scene) {
    september(scene)
    scene.guard('resolve', '--applied', ANALYTICS)
  },

  /** DATABASE_URL names the database of another app. */
  'other-app'(scene) {
    const ours = [INIT, TAGS, ANALYTICS].map((name) => [name, scene.script(name)])
    const smoke = scene.read(SMOKE)
    for (const [name] of ours) scene.remove(`prisma/migrations/${name}`)
    scene.remove(SMOKE)
    scene.migration('20240101000000_invoices', 'CREATE TABLE invoices (id INT PRIMARY KEY);\n')
    scene.deploy()
    scene.remove('prisma/migrations/20240101000000_invoices')
    for (const [name, script] of ours) scene.migration(name, script)
    scene.write(SMOKE, smoke)
  },

  /** The table of an applied migration was dropped by hand. */
  dropped(scene) {
    applied(scene)
    scene.sql('DROP TABLE "AnalyticsEvent"')
  },

  /** Made by `db push`: every table, no ledger. */
  pushed(scene) {
    for (const name of [INIT, TAGS, ANALYTICS]) scene.sql(scene.script(name))
  },

  /** `db push` happened in development only: the model is in the image, its migration never existed. */
  'never-migrated'(scene) {
    applied(scene)
    scene.schema('model Tag {', 'model Invoice {\n  id    Int @id @default(autoincrement())\n  total Int\n}\n\nmodel Tag {')
  },

  /** A migration that fails on the rows that are there, not yet applied. */
  'will-fail'(scene) {
    applied(scene)
    scene.sql(`INSERT INTO "User" ("email") VALUES ('ada@example.org')`)
    withPhone(scene)
  },

  /** The same, applied and failed. */
  failed(scene) {
    stories['will-fail'](scene)
    try {
      scene.deploy()
    } catch {
      return
    }
    throw new Error('the migration was expected to fail')
  },

  /** The migration is recorded and its column is not there. */
  'no-column'(scene) {
    withPhone(scene)
    applied(scene)
    scene.sql('ALTER TABLE "User" DROP COLUMN "phone"')
  },

  /** The three migrations became one, which the database has not recorded. */
  squashed(scene) {
    applied(scene)
    const all = [INIT, TAGS, ANALYTICS].map((name) => scene.script(name))
    for (const name of [INIT, TAGS, ANALYTICS]) scene.remove(`prisma/migrations/${name}`)
    scene.migration('20251201000000_squashed', all.join('\n'))
  },

  /** Settings in captain-definition, as docs/configuration.md shows them. */
  configured(scene) {
    scene.environment.PORT = '3000'
    scene.write('captain-definition', captainDefinition({ waitTimeout: '90s', deadline: '10m' }))
  },

  /** The same with two mistakes in it. */
  misspelt(scene) {
    scene.write('captain-definition', captainDefinition({ waitTimout: '90s', deadline: '10min' }))
  },

  /** What compares and does not fit, yet starts: each kind of warning once. */
  warnings(scene) {
    applied(scene)
    scene.sql('ALTER TABLE "User" ADD COLUMN "tenant" INT NOT NULL')
    scene.sql('ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL')
    scene.sql('ALTER TABLE "Tag" ALTER COLUMN "label" TYPE BYTEA USING "label"::bytea')
    scene.sql('ALTER TABLE "AnalyticsEvent" ALTER COLUMN "payload" DROP DEFAULT, ALTER COLUMN "payload" TYPE JSONB[] USING ARRAY["payload"]')
    scene.sql(`ALTER TYPE "Plan" ADD VALUE 'TEAM'`)
  },

  /** The migrations run as the owner; the app logs in as a role that was granted too little. */
  'two-roles'(scene) {
    applied(scene)
    scene.login('app')
    scene.sql(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO app; GRANT INSERT, UPDATE, DELETE ON "User", "Tag", "_TagToUser" TO app;
      GRANT USAGE ON SEQUENCE "User_id_seq", "Tag_id_seq" TO app`)
  },

  /** Every object is there, and a trigger refuses what the app does. */
  blocked(scene) {
    applied(scene)
    scene.sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'events are closed for the audit'; END $$`)
    scene.sql('CREATE TRIGGER audit BEFORE INSERT ON "AnalyticsEvent" FOR EACH ROW EXECUTE FUNCTION refuse()')
  },

  /** An image of last week on the database of today. */
  older(scene) {
    withPhone(scene)
    applied(scene)
    scene.schema('  phone     String\n', '')
    scene.remove(`prisma/migrations/${PHONE}`)
  },
}
