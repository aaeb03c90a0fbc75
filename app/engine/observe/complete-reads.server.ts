import type { OrderStamp } from "~/billing/observation";
import type { Tx } from "~/platform/client.server";
import { markUsersOfCustomers } from "./marks.server";
import { type Contested, contestedOf, type Overlap, type StoreOptions } from "./observations.server";

/** A read of every page of one customer's subscriptions, from the first page's start to the last page's end. */
export type CompleteRead = {
  customerId: string;
  started: OrderStamp;
  ended: OrderStamp;
  listedIds: string[];
};

/**
 * Marks customers as completely observed. What is stored for them but was not listed is gone as of that read. What
 * another answer listed meanwhile is in doubt: those customers are returned, they must be read again.
 */
export async function storeCompleteReads(
  tx: Tx,
  reads: readonly CompleteRead[],
  { mark }: StoreOptions,
): Promise<Contested> {
  if (reads.length === 0) return [];
  const unlisted = await tx.$queryRaw<Overlap[]>`
    UPDATE "StripeSubscription" s SET
      gone = s.gone OR s."observedEnd" < r.started,
      "observedStart" = CASE WHEN s.gone OR s."observedEnd" < r.started
        THEN greatest(s."observedStart", r.started) ELSE s."observedStart" END,
      "observedEnd" = greatest(s."observedEnd", r.ended)
    FROM jsonb_to_recordset(${JSON.stringify(reads)}::jsonb)
      AS r("customerId" text, started bigint, ended bigint, "listedIds" jsonb)
    WHERE s."customerId" = r."customerId" AND s."observedStart" <= r.ended AND NOT r."listedIds" ? s.id
    RETURNING s."customerId", s.gone AS same`;
  const contested = contestedOf(unlisted);
  // What was listed before and is no longer may change what its users are judged to have.
  if (mark) await markUsersOfCustomers(tx, [...new Set(unlisted.map(({ customerId }) => customerId))]);
  const settled = reads.filter(({ customerId }) => !contested.includes(customerId));
  await tx.$executeRaw`
    UPDATE "StripeCustomer" c
    SET "completeStart" = greatest(c."completeStart", r.started), "completeEnd" = greatest(c."completeEnd", r.ended),
      "completeAt" = now()
    FROM jsonb_to_recordset(${JSON.stringify(settled)}::jsonb) AS r("customerId" text, started bigint, ended bigint)
    WHERE c.id = r."customerId" AND (c."completeStart" IS NULL OR r.started > c."completeStart")`;
  return contested;
}

/** Subscriptions that a finished pass did not list are gone as of that pass. */
export async function forgetUnlisted(
  tx: Tx,
  pass: { started: OrderStamp; ended: OrderStamp },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE "StripeSubscription"
    SET gone = true, "observedStart" = ${pass.started}::bigint, "observedEnd" = ${pass.ended}::bigint
    WHERE NOT gone AND "testClockId" IS NULL AND "observedEnd" < ${pass.started}::bigint`;
}
