import { z } from "zod";
import type { Version } from "~/billing/observation";
import type { Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { hashText } from "~/platform/text-hash.server";

/** Two answers with the same hash say the same. */
export const hashContent = (content: object): string => hashText(JSON.stringify(content));

type Seen = {
  value: { id: string };
  hash: string;
  started: Version;
  ended: Version;
  requestId: string | null;
};

/**
 * Most of what is read is already stored and has not changed: for that, one narrow statement saves only the new version.
 * Returns the others: new, changed, or not known to be newer than what is stored.
 */
export async function keepUnchanged<T extends Seen>(
  tx: Tx,
  table: Sql,
  where: Sql,
  seen: readonly T[],
): Promise<T[]> {
  const others = await queryOneOrThrow(
    tx,
    idsRow,
    sql`
    WITH r AS MATERIALIZED (SELECT r.id, r.hash, a.started, a.ended, a."requestId"
        FROM json_to_recordset(${JSON.stringify(groupByAnswer(seen))}::json)
          AS a(started bigint, ended bigint, "requestId" text, ids text[], hashes text[]),
          unnest(a.ids, a.hashes) AS r(id, hash)),
      unchanged AS (
        UPDATE ${table} kept SET "versionStart" = r.started, "versionEnd" = r.ended, "observedAt" = now(),
          "requestId" = r."requestId"
        FROM r WHERE kept.id = r.id AND kept."contentHash" = r.hash AND r.started > kept."versionEnd" AND ${where}
          -- Makes the planner use the index, whatever it expects.
          AND kept.id = ANY(ARRAY(SELECT id FROM r))
        RETURNING kept.id)
    SELECT coalesce(array_agg(r.id), ARRAY[]::text[]) AS ids FROM r
    WHERE NOT EXISTS (SELECT 1 FROM unchanged WHERE unchanged.id = r.id)`,
  );
  const ids = new Set(others.ids);
  return ids.size === 0 ? [] : seen.filter(({ value }) => ids.has(value.id));
}

const idsRow = z.object({ ids: z.array(z.string()) });

type OneAnswer = Pick<Seen, "started" | "ended" | "requestId"> & { ids: string[]; hashes: string[] };

/** A page has a hundred objects: the version of their answer is sent once. */
function groupByAnswer(seen: readonly Seen[]): OneAnswer[] {
  const answers: OneAnswer[] = [];
  for (const { value, hash, started, ended, requestId } of seen) {
    const last = answers.at(-1);
    if (last?.started === started && last.ended === ended && last.requestId === requestId) {
      last.ids.push(value.id);
      last.hashes.push(hash);
    } else answers.push({ started, ended, requestId, ids: [value.id], hashes: [hash] });
  }
  return answers;
}
