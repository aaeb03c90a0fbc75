import { openSchemaEngine } from "./engine";
import { readMigrations, readSchema } from "./migrations";

// The application's tables are never made by a migration.
const filters = {
  externalTables: ["app.User", "app.BillingSubscription", "app.Workspace"],
  externalEnums: [],
};

/**
 * What `prisma/schema.prisma` says that the migrations do not, or the other way round, in words; null when they agree.
 * Needs a database server on which it may create and drop a database, not a particular database.
 */
export async function findSchemaDrift(url: string): Promise<string | null> {
  const { engine, close } = await openSchemaEngine({ url });
  try {
    const from = { tag: "migrations" as const, ...(await readMigrations()) };
    const to = await readSchema();
    const { exitCode, stdout } = await engine.diff({ from, to, script: false, exitCode: true, filters });
    return exitCode === 0 ? null : (stdout ?? "The migrations and the schema differ.");
  } finally {
    await close();
  }
}
