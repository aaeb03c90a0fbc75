import { z } from "zod";
import type { Reversal } from "~/billing/observation";
import type { Database, Tx } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import type { Log } from "~/platform/log.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { isPassing, type StripeFailure } from "~/stripe/failure.server";
import type { ReadSubscription } from "~/stripe/parse";
import type { RequestOptions, StripeReader } from "~/stripe/reader.server";
import type { ReadCharge, ReadDispute } from "~/stripe/reads/charges.server";
import { isAskedAbout, postponeChargeEvents } from "./events.server";
import { enqueueUsersOfCustomers } from "./recheck-queue.server";

type Deps = { db: Database; stripe: StripeReader; log: Log };

/** So many charges are read in one run; the others wait for the next one. */
const MOST_CHARGES = 50;

const chargeRow = z.object({ chargeId: z.string() });
const customerRow = z.object({ customerId: z.string() });

/**
 * Reads the charges that events tell of (`chargeId`: only this one), stores what went back of them, and hands the events over to
 * their customers, who are read next. Returns why Stripe could not be asked, when another attempt may go better. What Stripe
 * refuses is postponed: refunds and disputes are only shown, and nothing else needs them.
 */
export async function readSignalledCharges(
  deps: Deps,
  options: RequestOptions,
  chargeId: string | null = null,
): Promise<StripeFailure | null> {
  const waiting = await queryRows(
    deps.db,
    chargeRow,
    sql`SELECT DISTINCT e."chargeId" FROM parity."StripeEvent" e WHERE ${isAskedAbout} AND e."chargeId" IS NOT NULL
      AND (${chargeId}::text IS NULL OR e."chargeId" = ${chargeId}) ORDER BY 1 LIMIT ${MOST_CHARGES}::int`,
  );
  for (const { chargeId: id } of waiting) {
    const failure = await readOneCharge(deps, id, options);
    if (failure) return failure;
  }
  return null;
}

async function readOneCharge(
  { db, stripe, log }: Deps,
  chargeId: string,
  options: RequestOptions,
): Promise<StripeFailure | null> {
  const charge = await stripe.readCharge(chargeId, options);
  if (!charge.ok) {
    const { failure } = charge;
    if (isPassing(failure)) return failure;
    log.warn({ chargeId, reason: failure.reason, requestId: failure.requestId }, "charge could not be read");
    // One that Stripe does not have will not come: there is nothing to show.
    if (failure.reason === "not_found")
      await handOver(db, { chargeId, customerId: null, started: charge.started });
    else await postponeChargeEvents(db, { chargeId, type: "%" });
    return null;
  }
  const { started, value } = charge;
  const disputes = value.isDisputed ? await stripe.listDisputes(chargeId, options) : null;
  if (disputes?.ok === false && isPassing(disputes.failure)) return disputes.failure;
  const rows = [toRefundRow(value), ...(disputes?.ok ? [toDisputeRow(value, disputes.value)] : [])];
  await retryOnDeadlock(db, async (tx) => {
    if (value.customerId !== null)
      await storeReversals(tx, { ...value, customerId: value.customerId }, started, rows);
    // Refused: the dispute is asked about again later.
    if (disputes?.ok === false) await postponeChargeEvents(tx, { chargeId, type: "charge.dispute.%" });
    await handOver(tx, {
      chargeId,
      customerId: value.customerId,
      started,
      withDisputes: disputes?.ok !== false,
    });
  });
  return null;
}

type HandedOver = { chargeId: string; customerId: string | null; started: number; withDisputes?: boolean };

/** The charge was read: its events that were stored before wait for its customer, or for nothing any more. */
async function handOver(
  db: Database | Tx,
  { chargeId, customerId, started, withDisputes = true }: HandedOver,
) {
  await db.$executeRaw`
    UPDATE parity."StripeEvent" SET "chargeId" = NULL, "customerId" = ${customerId}::text,
      "settledAt" = CASE WHEN ${customerId}::text IS NULL THEN now() END
    WHERE "chargeId" = ${chargeId} AND "settledAt" IS NULL AND "storedVersion" < ${started}::bigint
      AND (${withDisputes} OR type NOT LIKE 'charge.dispute.%')`;
}

type ReversalRow = Omit<Reversal, "chargeId" | "isLatest">;

const toRefundRow = ({ refunded, amount, currency, refundedAt: at }: ReadCharge): ReversalRow => ({
  ...{ kind: "refund", amount: refunded, chargeAmount: amount, currency, at, isOpen: false },
});

/** The disputes that are not over; one with the amount zero when all are. */
function toDisputeRow(
  { amount: chargeAmount, currency }: ReadCharge,
  disputes: readonly ReadDispute[],
): ReversalRow {
  const left = disputes.filter(({ isOver }) => !isOver);
  return {
    kind: "dispute",
    amount: left.reduce((sum, { amount }) => sum + amount, 0),
    chargeAmount,
    currency: left[0]?.currency ?? currency,
    at: left[0]?.created ?? 0,
    isOpen: left.some(({ isOpen }) => isOpen),
  };
}

/** Stores what a newer read said; users that this may affect are enqueued. */
async function storeReversals(
  tx: Tx,
  charge: ReadCharge & { customerId: string },
  started: number,
  rows: readonly ReversalRow[],
): Promise<void> {
  const { id, customerId, paymentIntentId } = charge;
  const stored = await queryRows(
    tx,
    customerRow,
    sql`
    INSERT INTO parity."StripeReversal" AS v ("chargeId", kind, "customerId", "paymentIntentId", amount, "chargeAmount", currency,
      at, "isOpen", "versionStart")
    SELECT ${id}, r.kind, ${customerId}, ${paymentIntentId}::text, r.amount, r."chargeAmount", r.currency, to_timestamp(r.at),
      r."isOpen", ${started}::bigint
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(kind text, amount bigint, "chargeAmount" bigint, currency text, at float8, "isOpen" boolean)
    ORDER BY r.kind
    ON CONFLICT ("chargeId", kind) DO UPDATE SET "customerId" = excluded."customerId", amount = excluded.amount,
      "chargeAmount" = excluded."chargeAmount", currency = excluded.currency, at = excluded.at,
      "isOpen" = excluded."isOpen", "versionStart" = excluded."versionStart"
    WHERE excluded."versionStart" > v."versionStart"
    RETURNING v."customerId"`,
  );
  if (stored.length > 0) await enqueueUsersOfCustomers(tx, [customerId]);
}

/** The customer of a charge that was read. */
export async function findCustomerOfCharge(db: Database, chargeId: string): Promise<string | null> {
  const row = await db.stripeReversal.findFirst({ where: { chargeId }, select: { customerId: true } });
  return row?.customerId ?? null;
}

/** A payment that paid the latest invoice of a subscription. */
export type LatestPayment = { customerId: string; invoiceId: string; paymentId: string };

/** The payments of the latest invoices, as far as they came with the subscriptions. */
export const listLatestPayments = (read: readonly ReadSubscription[]): LatestPayment[] =>
  read.flatMap(({ subscription: { customerId }, latestInvoice }) =>
    (latestInvoice?.paymentIds ?? []).map((paymentId) => ({
      ...{ customerId, invoiceId: latestInvoice?.id ?? "", paymentId },
    })),
  );

/** Notes which invoice was paid by what went back; users that this may affect are enqueued. */
export async function linkReversals(tx: Tx, payments: readonly LatestPayment[]): Promise<void> {
  if (payments.length === 0) return;
  const linked = await queryRows(
    tx,
    customerRow,
    sql`
    UPDATE parity."StripeReversal" v SET "invoiceId" = r."invoiceId"
    FROM jsonb_to_recordset(${JSON.stringify(payments)}::jsonb) AS r("customerId" text, "invoiceId" text, "paymentId" text)
    WHERE v."customerId" = r."customerId" AND r."paymentId" IN (v."paymentIntentId", v."chargeId")
      AND v."invoiceId" IS DISTINCT FROM r."invoiceId"
    RETURNING v."customerId"`,
  );
  if (linked.length > 0)
    await enqueueUsersOfCustomers(tx, [...new Set(linked.map(({ customerId }) => customerId))]);
}
