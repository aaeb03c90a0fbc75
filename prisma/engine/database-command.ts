import pg from "pg";
import { readConnection } from "./pg-adapter";

const commands = ["can-connect-to-database", "create-database", "drop-database"] as const;
export type DatabaseCommand = (typeof commands)[number];
type Answer = { ok: true } | { ok: false; code: string; message: string };

export function isDatabaseCommand(word: string | undefined): word is DatabaseCommand {
  return commands.some((command) => command === word);
}

/** What the Prisma CLI asks the engine before a migration: does the database exist, create it, drop it. */
export async function runDatabaseCommand(command: DatabaseCommand, url: string): Promise<Answer> {
  const { config } = readConnection(url);
  const name = config.database ?? "";
  const database = command === "can-connect-to-database" ? name : "postgres";
  const client = new pg.Client({ ...config, database });
  try {
    await client.connect();
    if (command === "create-database") await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    if (command === "drop-database") {
      await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    }
    return { ok: true };
  } catch (error) {
    return describeFailure(error, name);
  } finally {
    await client.end().catch(() => {});
  }
}

// Codes of https://www.prisma.io/docs/orm/reference/error-reference. On P1003 the CLI creates the database.
function describeFailure(error: unknown, database: string): Answer {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error && error.message ? error.message : code || String(error);
  if (code === "3D000")
    return { ok: false, code: "P1003", message: `Database \`${database}\` does not exist` };
  if (code === "42P04")
    return { ok: false, code: "P1009", message: `Database \`${database}\` already exists` };
  if (code === "28P01" || code === "28000") return { ok: false, code: "P1000", message };
  return { ok: false, code: "P1001", message: `Can't reach the database server: ${message}` };
}
