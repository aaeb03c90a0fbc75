import path from "node:path";
import { defineConfig } from "prisma/config";

// Every Prisma command needs a schema engine, and would download it. This one is installed by npm.
// PARITY_NATIVE_PRISMA=1 uses Prisma's own engine, as Windows always does: it cannot start a script as a program.
if (!process.env.PARITY_NATIVE_PRISMA && process.platform !== "win32") {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.join(
    import.meta.dirname,
    "prisma/engine/schema-engine.mjs",
  );
}
// Prisma would take away what it does not know in the schema parity, and write a ledger of its own: only npm run db:migrate changes a database.
if (/\b(db push|migrate (dev|deploy|reset|resolve))\b/.test(process.argv.slice(2).join(" ")))
  throw new Error("Prisma changes no database here. Run: npm run db:migrate");
process.env.CHECKPOINT_DISABLE ??= "1"; // Do not ask Prisma's server for a newer version.

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations", seed: "tsx prisma/seed.ts" },
  // `generate`, `validate` and `format` need no database. Other commands report that DATABASE_URL is missing.
  datasource: { url: process.env.DATABASE_URL ?? "" },
});
