import type { OrderStamp } from "~/billing/observation";
import { hashText } from "~/text-hash.server";
import type { Tx } from "./client.server";
import { type Sql, sql } from "./sql.server";
import { firstRow } from "./stamps.server";

/** Two answers with the same hash say the same. */
export const contentHash = (content: object): string => hashText(JSON.stringify(content));

type Seen = {
  value: { id: string };
  hash: string;
  started: OrderStamp;
  ended: OrderStamp;
  requestId: string | null;
};

/**
 * Most of what is read has been read before and says the same: of that only the stamp moves on, in one narrow
 * statement. Returns the others: new, changed, or not known to be newer than what is stored.
 */
export async function keepUnchanged<T extends Seen>(
  tx: Tx,
  table: Sql,
  where: Sql,
  seen: readonly T[],
): Promise<T[]> {
  const rows = seen.map(({ value, hash, started, ended, requestId }) => ({
    id: value.id,
    hash,
    started,
    ended,
    requestId,
  }));
  const others = await tx.$queryRaw<{ ids: string[] }[]>(sql`
    WITH r AS (SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json)
        AS r(id text, hash text, started bigint, ended bigint, "requestId" text)),
      unchanged AS (
        UPDATE ${table} kept SET "observedStart" = r.started, "observedEnd" = r.ended, "observedAt" = now(),
          "requestId" = r."requestId"
        FROM r WHERE kept.id = r.id AND kept."contentHash" = r.hash AND r.started > kept."observedEnd" AND ${where}
        RETURNING kept.id)
    SELECT coalesce(array_agg(r.id), ARRAY[]::text[]) AS ids FROM r
    WHERE NOT EXISTS (SELECT 1 FROM unchanged WHERE unchanged.id = r.id)`);
  const ids = new Set(firstRow(others).ids);
  return ids.size === 0 ? [] : seen.filter(({ value }) => ids.has(value.id));
}
