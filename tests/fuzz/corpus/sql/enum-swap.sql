BEGIN;
CREATE TYPE "Role_new" AS ENUM ('A', 'C');
ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
ALTER TYPE "Role" RENAME TO "Role_old";
ALTER TYPE "Role_new" RENAME TO "Role";
DROP TYPE "public"."Role_old" CASCADE;
COMMIT;
