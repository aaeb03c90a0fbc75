import { applyMigrations } from "~/platform/migrations/migrate.server";
import { withPostgres } from "./open-postgres.server";

// npm run db:migrate: brings the database of DATABASE_URL, or the embedded one, up to date.
process.exitCode = await withPostgres(process.env, async (url) => {
  try {
    const applied = await applyMigrations(url);
    process.stdout.write(
      applied.length > 0 ? `Applied: ${applied.join(", ")}\n` : "The database is up to date.\n",
    );
    return 0;
  } catch (error) {
    process.stderr.write(`Migration failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
});
