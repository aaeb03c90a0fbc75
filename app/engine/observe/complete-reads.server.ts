import { z } from "zod";
import type { Version } from "~/billing/observation";
import type { Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { type Contested, listContested, overlap, type StoreOptions } from "./observations.server";
import { enqueueUsersOfCustomers } from "./recheck-queue.server";

/** A read of every page of one customer's subscriptions, from the first page's start to the last page's end. */
export type CompleteRead = {
  customerId: string;
  started: Version;
  ended: Version;
  listedIds: string[];
};

/**
 * Marks customers as completely observed. Subscriptions that are stored for them but were not listed are gone as of
 * that read. Where another answer listed one meanwhile, the customer is returned: it must be read again.
 */
export async function storeCompleteReads(
  tx: Tx,
  reads: readonly CompleteRead[],
  { enqueue }: StoreOptions,
): Promise<Contested> {
  if (reads.length === 0) return [];
  const unlisted = await queryRows(
    tx,
    overlap,
    sql`
    UPDATE parity."StripeSubscription" s SET
      gone = s.gone OR s."versionEnd" < r.started,
      "versionStart" = CASE WHEN s.gone OR s."versionEnd" < r.started
        THEN greatest(s."versionStart", r.started) ELSE s."versionStart" END,
      "versionEnd" = greatest(s."versionEnd", r.ended)
    FROM jsonb_to_recordset(${JSON.stringify(reads)}::jsonb)
      AS r("customerId" text, started bigint, ended bigint, "listedIds" jsonb)
    WHERE s."customerId" = r."customerId" AND s."versionStart" <= r.ended AND NOT r."listedIds" ? s.id
    RETURNING s."customerId", s.gone AS same`,
  );
  const contested = listContested(unlisted);
  // A subscription that is no longer listed may change the evaluation of its users.
  if (enqueue) await enqueueUsersOfCustomers(tx, [...new Set(unlisted.map(({ customerId }) => customerId))]);
  const settled = reads.filter(({ customerId }) => !contested.includes(customerId));
  await tx.$executeRaw`
    UPDATE parity."StripeCustomer" c
    SET "completeVersionStart" = greatest(c."completeVersionStart", r.started), "completeVersionEnd" = greatest(c."completeVersionEnd", r.ended),
      "completeAt" = now(), "firstCompleteAt" = coalesce(c."firstCompleteAt", now())
    FROM jsonb_to_recordset(${JSON.stringify(settled)}::jsonb) AS r("customerId" text, started bigint, ended bigint)
    WHERE c.id = r."customerId" AND (c."completeVersionStart" IS NULL OR r.started > c."completeVersionStart")`;
  return contested;
}

const customerRow = z.object({ customerId: z.string() });

/** Subscriptions that a finished full run did not list are gone as of that run. */
export async function markUnlistedGone(
  tx: Tx,
  fullRun: { started: Version; ended: Version },
  { enqueue }: StoreOptions,
): Promise<void> {
  const gone = await queryRows(
    tx,
    customerRow,
    sql`
    UPDATE parity."StripeSubscription"
    SET gone = true, "versionStart" = ${fullRun.started}::bigint, "versionEnd" = ${fullRun.ended}::bigint
    WHERE NOT gone AND "testClockId" IS NULL AND "versionEnd" < ${fullRun.started}::bigint
    RETURNING "customerId"`,
  );
  if (enqueue) await enqueueUsersOfCustomers(tx, [...new Set(gone.map(({ customerId }) => customerId))]);
}
