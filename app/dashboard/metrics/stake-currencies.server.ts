import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOne } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const KEY = "stake_currencies";
const currencies = z.array(z.string());
const cursorRow = z.object({ value: currencies });

/** The currencies in which money was at stake at some scrape of any process, in order. */
export async function listStakeCurrencies(db: Database): Promise<string[]> {
  const row = await queryOne(db, cursorRow, sql`SELECT value FROM parity."Cursor" WHERE key = ${KEY}`);
  return row?.value ?? [];
}

/** Adds currencies to those; nothing is written when each is known. */
export async function rememberStakeCurrencies(
  db: Database,
  known: readonly string[],
  found: Iterable<string>,
): Promise<void> {
  const added = [...new Set(found)].filter((currency) => !known.includes(currency));
  if (added.length === 0) return;
  // Another process may add one at the same time.
  await db.$executeRaw(sql`
    INSERT INTO parity."Cursor" AS cursor (key, value) VALUES (${KEY}, ${JSON.stringify(added)}::jsonb)
    ON CONFLICT (key) DO UPDATE SET "updatedAt" = now(), value =
      (SELECT jsonb_agg(DISTINCT one ORDER BY one) FROM jsonb_array_elements(cursor.value || excluded.value) one)`);
}
