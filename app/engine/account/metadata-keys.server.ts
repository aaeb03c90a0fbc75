import { z } from "zod";
import { DEFAULT_METADATA_KEYS } from "~/billing/ids";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const MOST_KEYS = 10;

/** Keys of Stripe's metadata as a person types them, in order; null when one of them is no key that Stripe allows. */
export function readMetadataKeys(typed: string): string[] | null {
  const keys = [...new Set(typed.split(",").map((key) => key.trim()))].filter((key) => key !== "");
  // Stripe's limits: 40 characters, and no square brackets.
  const isKey = (key: string) => key.length <= 40 && /^[^[\]\p{Cc}\p{Surrogate}]+$/u.test(key);
  return keys.length > 0 && keys.length <= MOST_KEYS && keys.every(isKey) ? keys : null;
}

const storedKeys = z.string().transform(readMetadataKeys).pipe(z.array(z.string()));

/** Reads the stored value of the setting `metadataKeys`; null: nothing is stored. Throws a ZodError on anything else. */
export const parseStoredKeys = (stored: unknown): readonly string[] =>
  stored == null ? DEFAULT_METADATA_KEYS : storedKeys.parse(stored);

/** SQL: the stored value of the setting `metadataKeys`; NULL when there is none. */
export const selectStoredKeys = sql`(SELECT value FROM parity."Setting" WHERE key = 'metadataKeys')`;

const keysRow = z.object({ keys: z.unknown() });

/** The keys of Stripe's metadata that may name a user, in the order in which they are tried: the one place that decides. */
export async function loadMetadataKeys(db: Database | Tx): Promise<readonly string[]> {
  const row = await queryOne(db, keysRow, sql`SELECT ${selectStoredKeys} AS keys`);
  return parseStoredKeys(row?.keys);
}
