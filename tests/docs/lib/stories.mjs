// The scenes that pages name in `<!-- run: NAME -->`.

const ANALYTICS = '20251103091000_add_analytics'
const SMOKE = 'prisma/smoke/analytics.sql'
const PHONE = '20251124100000_add_phone'

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

  /** The table of an applied migration was dropped by hand. */
  dropped(scene) {
    applied(scene)
    scene.sql('DROP TABLE "AnalyticsEvent"')
  },

  /** Made by `db push`: every table, no ledger. */
  pushed(scene) {
    scene.sql(scene.script('20250901080000_init'))
    scene.sql(scene.script('20250922141500_add_tags'))
    scene.sql(scene.script(ANALYTICS))
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

  /** An image of last week on the database of today. */
  older(scene) {
    withPhone(scene)
    applied(scene)
    scene.schema('  phone     String\n', '')
    scene.remove(`prisma/migrations/${PHONE}`)
  },
}
