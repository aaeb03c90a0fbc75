import { explainTrouble, findDatabaseTrouble } from "~/platform/database/trouble.server";
import { maskText } from "~/platform/mask.server";
import { applyMigrations, listPendingMigrations } from "~/platform/migrations/migrate.server";
import { RELATIONS } from "~/platform/relations/relations.server";
import { StartError } from "~/platform/start-error";

/** The demo is an application like any other: its tables stand in a schema of their own. */
const DEMO_SCHEMA = "app";

/**
 * The embedded database is migrated, and gets the demo's tables; of any other it is only required that this was done.
 * @throws StartError with what to do.
 */
export async function prepareDatabase(url: string, { embedded }: { embedded: boolean }): Promise<void> {
  if (!embedded) return requireDatabase(url);
  const { unmapped } = await applyMigrations(url, { exampleTables: DEMO_SCHEMA });
  if (unmapped.length > 0) throw new StartError(unmapped.join("\n"));
}

/**
 * The database of DATABASE_URL answers and is up to date: the same check, in the same words, for every program. It is never
 * migrated from here, because its owner decides when.
 * @throws StartError with what to do.
 */
export async function requireDatabase(url: string): Promise<void> {
  const pending = await listPendingMigrations(url).catch((error: unknown) => {
    const trouble = findDatabaseTrouble(error);
    const what = trouble === null ? "" : `${explainTrouble(trouble)} `;
    throw new StartError(`Cannot use the database of DATABASE_URL: ${what}(${maskText(readMessage(error))})`);
  });
  if (pending.length > 0) throw new StartError(describePending(pending));
}

/** What is missing, of one thing or more, and what to do. */
export function describePending(pending: readonly string[]): string {
  if (pending.length === 1 && pending[0] === RELATIONS)
    return "Parity does not know the application's tables in this database.\nRun: npm run db:migrate, which says what is missing.";
  const many = pending.length === 1 ? "1 migration" : `${pending.length} migrations`;
  return `The database is behind by ${many} (${pending.join(", ")}).\nRun: npm run db:migrate`;
}

/** When several addresses were tried, the error of the first one is enough. */
function readMessage(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
