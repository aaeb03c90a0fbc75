import { z } from "zod";
import { STORED_LINKS, type StoredLinkSource } from "~/engine/account/customer-owners.server";
import type { Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { toRecordset } from "~/platform/write-rows.server";

/** One row of `Link`, before and after a decision; null: there is none. */
export type LinkChange = {
  userId: string;
  customerId: string;
  /** Empty for the whole customer. */
  subscriptionId: string;
  before: StoredLinkSource | null;
  after: StoredLinkSource | null;
};

const isSource = (text: string): text is StoredLinkSource => Object.hasOwn(STORED_LINKS, text);
const source = z.string().refine(isSource).nullable();
const storedChanges = z.object({
  links: z.array(
    z.object({
      userId: z.string(),
      customerId: z.string(),
      subscriptionId: z.string(),
      before: source,
      after: source,
    }),
  ),
});

/** Reads the rows that a decision has written. */
export const parseLinkChanges = (after: unknown): LinkChange[] => storedChanges.parse(after).links;

type Place = Pick<LinkChange, "userId" | "customerId" | "subscriptionId">;
const PLACE = { userId: "text", customerId: "text", subscriptionId: "text" } as const;
const foundRow = z.object({ place: z.number(), source: z.string() });

/** What is stored at each of these places now, in their order; null where nothing is. */
export async function findLinkSources(
  tx: Tx,
  places: readonly Place[],
): Promise<(StoredLinkSource | null)[]> {
  const numbered = places.map((one, place) => ({ ...one, place }));
  const rows = await queryRows(
    tx,
    foundRow,
    sql`SELECT place, source FROM ${toRecordset(numbered, { ...PLACE, place: "int" })}
      JOIN parity."Link" USING ("userId", "customerId", "subscriptionId")`,
  );
  const found = new Map(rows.map(({ place, source }) => [place, source]));
  return places.map((_, place) => {
    const text = found.get(place);
    return text !== undefined && isSource(text) ? text : null;
  });
}

/** One statement for all, because very many users may claim one customer. */
export async function writeLinkChanges(tx: Tx, changes: readonly LinkChange[], actor: string): Promise<void> {
  const removed = changes.filter(({ after }) => after === null);
  const written = changes.filter(({ after }) => after !== null);
  await tx.$executeRaw`
    DELETE FROM parity."Link" AS l USING ${toRecordset(removed, PLACE)}
    WHERE (l."userId", l."customerId", l."subscriptionId")
      = (r."userId", r."customerId", r."subscriptionId")`;
  await tx.$executeRaw`
    INSERT INTO parity."Link" ("userId", "customerId", "subscriptionId", source, actor, "createdAt")
    SELECT "userId", "customerId", "subscriptionId", after, ${actor}, now()
    FROM ${toRecordset(written, { ...PLACE, after: "text" })}
    ORDER BY 1, 2, 3
    ON CONFLICT ("userId", "customerId", "subscriptionId") DO UPDATE
      SET source = excluded.source, actor = excluded.actor, "createdAt" = excluded."createdAt"`;
}
