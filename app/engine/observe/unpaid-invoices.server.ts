import { z } from "zod";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import type { ReadInvoice, ReadSubscription } from "~/stripe/parse";
import type { RequestOptions, StripeReader } from "~/stripe/reader.server";
import { enqueueUsersOfCustomers } from "./recheck-queue.server";

/** Since when a past-due subscription is unpaid; null when Stripe did not say. `asked`: it was asked about this invoice. */
export type UnpaidInvoice = {
  subscriptionId: string;
  invoiceId: string;
  asked: boolean;
  unpaidSince: number | null;
};

const isFinalized = ({ status }: ReadInvoice) => status !== "draft";
const isOwed = (invoice: ReadInvoice) => invoice.status === "open" && invoice.payableSince !== null;

/**
 * Since when these subscriptions are unpaid, of those that are past due: by the latest invoice that came with them. Where
 * that is a draft, or is not owed, an older one is, and is asked for. What Stripe does not say is left open; an invoice is
 * never needed.
 */
export async function findUnpaidInvoices(
  stripe: Pick<StripeReader, "listOpenInvoices">,
  read: readonly ReadSubscription[],
  options: RequestOptions,
  mostRequests = 3,
): Promise<UnpaidInvoice[]> {
  const found: UnpaidInvoice[] = [];
  let left = mostRequests;
  for (const { subscription, latestInvoice } of read) {
    const { id: subscriptionId, latestInvoiceId: invoiceId } = subscription;
    if (subscription.status !== "past_due" || invoiceId === null) continue;
    let unpaidSince: number | null = null;
    if (latestInvoice !== null && isOwed(latestInvoice)) unpaidSince = latestInvoice.payableSince;
    else if (latestInvoice !== null && left > 0) {
      left -= 1;
      const open = await stripe.listOpenInvoices(subscriptionId, options);
      unpaidSince = (open.ok && open.value.filter(isFinalized).find(isOwed)?.payableSince) || null;
    }
    found.push({ subscriptionId, invoiceId, asked: latestInvoice !== null, unpaidSince });
  }
  return found;
}

const customerRow = z.object({ customerId: z.string() });

/**
 * Stores since when subscriptions are unpaid, for the invoice that is their latest. What Stripe did not say about another
 * invoice than before is not known any more: then the first observation of the spell counts. Users that this may affect
 * are enqueued.
 */
export async function storeUnpaidInvoices(tx: Tx, found: readonly UnpaidInvoice[]): Promise<void> {
  if (found.length === 0) return;
  const changed = await queryRows(
    tx,
    customerRow,
    sql`
    UPDATE "StripeSubscription" s SET "unpaidInvoiceId" = CASE WHEN r.asked THEN r."invoiceId" END, "unpaidSince" = to_timestamp(r."unpaidSince")
    FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb)
      AS r("subscriptionId" text, "invoiceId" text, asked boolean, "unpaidSince" float8)
    WHERE s.id = r."subscriptionId" AND s.status = 'past_due' AND s."latestInvoiceId" = r."invoiceId"
      AND (s."unpaidInvoiceId" <> r."invoiceId" OR r.asked AND s."unpaidInvoiceId" IS NULL
        OR r."unpaidSince" IS NOT NULL AND s."unpaidSince" IS DISTINCT FROM to_timestamp(r."unpaidSince"))
    RETURNING s."customerId"`,
  );
  await enqueueUsersOfCustomers(tx, [...new Set(changed.map(({ customerId }) => customerId))]);
}

const countsRow = z.object({ unknown: z.number(), all: z.number() });

/** How many past-due subscriptions there are whose latest invoice was not asked about, and how many subscriptions. */
export async function countUnknownInvoices(db: Database): Promise<{ unknown: number; all: number }> {
  return queryOneOrThrow(
    db,
    countsRow,
    sql`SELECT count(*) FILTER (WHERE status = 'past_due' AND "latestInvoiceId" IS NOT NULL
        AND "unpaidInvoiceId" IS DISTINCT FROM "latestInvoiceId")::int AS unknown, count(*)::int AS all
      FROM "StripeSubscription" WHERE NOT gone`,
  );
}

/** Pages that a full run may read for the invoices of past-due subscriptions: a small part of what it reads anyway. */
const countPages = (subscriptions: number) => 3 + Math.floor(subscriptions / 5_000);

/**
 * Asks for the invoices of all past-due subscriptions, a hundred at a time, where some are not known. Optional: what cannot
 * be read is left open, and the rest of the run goes on.
 */
export async function readUnpaidInvoices(
  { db, stripe }: { db: Database; stripe: StripeReader },
  options: RequestOptions,
): Promise<void> {
  const { unknown, all } = await countUnknownInvoices(db);
  let pages = unknown > 0 ? countPages(all) : 0;
  let startingAfter: string | undefined;
  for (; pages > 0; pages -= 1) {
    const page = await stripe.listSubscriptions(
      { status: "past_due", withInvoices: true, startingAfter },
      options,
    );
    if (!page.ok || page.value.subscriptions.every(({ latestInvoice }) => latestInvoice === null)) return;
    const found = await findUnpaidInvoices(stripe, page.value.subscriptions, options);
    await db.$transaction((tx) => storeUnpaidInvoices(tx, found));
    if (!page.value.hasMore || page.value.lastId === null) return;
    startingAfter = page.value.lastId;
  }
}
