// The migrations and models that most tests use: a shop whose third migration brings the table of the incident.

export const INIT = '20250901080000_init'
export const TAGS = '20250922141500_add_tags'
export const ANALYTICS = '20251103091000_add_analytics'

export const scripts = {
  [INIT]: `-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
`,
  [TAGS]: `-- CreateTable
CREATE TABLE "Tag" (
    "id" SERIAL NOT NULL,
    "label" TEXT NOT NULL,

    CONSTRAINT "Tag_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Tag_label_key" ON "Tag"("label");
`,
  [ANALYTICS]: `-- CreateTable
CREATE TABLE "AnalyticsEvent" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,

    CONSTRAINT "AnalyticsEvent_pkey" PRIMARY KEY ("id")
);
`,
}

const model = {
  [INIT]: 'model User {\n  id    Int    @id @default(autoincrement())\n  email String\n}\n',
  [TAGS]: 'model Tag {\n  id    Int    @id @default(autoincrement())\n  label String @unique\n}\n',
  [ANALYTICS]: 'model AnalyticsEvent {\n  id   BigInt @id @default(autoincrement())\n  kind String\n}\n',
}

/** The first `count` migrations. */
export const first = (count) => Object.fromEntries(Object.entries(scripts).slice(0, count))

/** The models that those migrations create. */
export const modelsOf = (count) => Object.values(model).slice(0, count).join('\n')

/** A project of the first `count` migrations with their models. */
export const shop = (count = 3) => ({ migrations: first(count), models: modelsOf(count) })
