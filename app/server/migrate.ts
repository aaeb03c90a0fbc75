import { parseArgs } from "node:util";
import { readErrorText } from "~/platform/errors.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { outliveOutput } from "~/platform/surroundings/outlive-output.server";
import { withPostgres } from "./open-postgres.server";

// npm run db:migrate: brings Parity's schema in the database of DATABASE_URL, or in the embedded one, up to date.
const { values } = parseArgs({ options: { "with-example-tables": { type: "boolean", default: false } } });
outliveOutput();
const exampleTables = values["with-example-tables"] ? "public" : null;

const UNMAPPED = `Parity's own tables are there, in the schema parity; the application's tables could not be mapped:
  %
Nothing is read or written until they are. Tables of any other shape are mapped by: npm run parity -- adopt (docs/adopting.md)
For a first look on an empty database: npm run db:migrate -- --with-example-tables
`;

process.exitCode = await withPostgres(process.env, async (url) => {
  try {
    const { applied, unmapped } = await applyMigrations(url, { exampleTables });
    process.stdout.write(
      applied.length > 0 ? `Applied: ${applied.join(", ")}\n` : "The database is up to date.\n",
    );
    if (unmapped.length > 0) process.stderr.write(UNMAPPED.replace("%", () => unmapped.join("\n  ")));
    return 0;
  } catch (error) {
    process.stderr.write(`Migration failed: ${readErrorText(error)}\n`);
    return 1;
  }
});
