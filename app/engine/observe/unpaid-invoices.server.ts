import { z } from "zod";
import { countGraceDays } from "~/billing/access";
import type { EpochSeconds } from "~/billing/observation";
import { loadSettings } from "~/engine/account/settings.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { isPassing } from "~/stripe/failure.server";
import type { ReadSubscription } from "~/stripe/parse";
import type { RequestOptions, StripeReader } from "~/stripe/reader.server";
import type { ReadInvoice } from "~/stripe/reads/invoice";
import { enqueueUsersOfCustomers } from "./recheck-queue.server";
import { findOwedSince, findUnpaidSince } from "./unpaid-since";

type Deps = { db: Database; stripe: Pick<StripeReader, "listInvoices"> };

/** Since when a past-due subscription is unpaid, as far as Stripe said. */
export type UnpaidInvoice = {
  subscriptionId: string;
  /** The latest one. */
  invoiceId: string;
  /** The invoices were listed. */
  isListed: boolean;
  /** By the latest invoice alone: an older one may be unpaid too, and would end grace earlier. */
  isListDue: boolean;
  unpaidSince: EpochSeconds | null;
};

const DAY = 86_400;
/** Requests for one page of subscriptions. */
const MOST_REQUESTS = 3;

type FindOptions = RequestOptions & { stripeTime: EpochSeconds | null; mostRequests?: number };

const readClock = (stripeTime: EpochSeconds | null) => stripeTime ?? Math.floor(Date.now() / 1000);

/**
 * Since when these subscriptions are unpaid, of those that are past due. The latest invoice came with them. Where it alone does
 * not end grace, and is not the first one, the subscription's invoices are listed, because an older one may be unpaid too:
 * one request for each. What Stripe does not say is left open; an invoice is never needed.
 */
export async function findUnpaidInvoices(
  deps: Deps,
  read: readonly ReadSubscription[],
  { stripeTime, mostRequests = MOST_REQUESTS, ...options }: FindOptions,
): Promise<UnpaidInvoice[]> {
  const overdue = read.flatMap(({ subscription, latestInvoice }) =>
    subscription.status === "past_due" && latestInvoice !== null
      ? [{ subscriptionId: subscription.id, latest: latestInvoice }]
      : [],
  );
  if (overdue.length === 0) return [];
  const now = readClock(stripeTime);
  const graceDays = countGraceDays((await loadSettings(deps.db)).policy);
  const known = await listListedLately(deps.db, overdue);
  const found: UnpaidInvoice[] = [];
  let left = mostRequests;
  for (const { subscriptionId, latest } of overdue) {
    if (known.has(subscriptionId)) continue;
    const unpaidSince = findOwedSince(latest, now);
    const isOver = unpaidSince !== null && (latest.isFirst || unpaidSince <= now - graceDays * DAY);
    const alone: UnpaidInvoice = {
      ...{ subscriptionId, invoiceId: latest.id, unpaidSince, isListed: false, isListDue: !isOver },
    };
    if (isOver || left === 0) found.push(alone);
    else {
      left -= 1;
      found.push((await listUnpaid(deps, { subscriptionId, latest }, options)).found ?? alone);
    }
  }
  return found;
}

type Wanted = {
  subscriptionId: string;
  latest: Pick<ReadInvoice, "id"> & Partial<Pick<ReadInvoice, "status">>;
};

/** By the subscription's invoices; `found` is null when Stripe does not say, or the latest was paid while it was asked. */
async function listUnpaid(
  { stripe }: Deps,
  { subscriptionId, latest }: Wanted,
  options: RequestOptions,
): Promise<{ found: UnpaidInvoice | null; isRefused: boolean }> {
  const listed = await stripe.listInvoices(subscriptionId, options);
  if (!listed.ok) return { found: null, isRefused: !isPassing(listed.failure) };
  const same = listed.value.find(({ id }) => id === latest.id);
  if (!same || (same.status === "paid" && latest.status !== "paid")) return { found: null, isRefused: false };
  const unpaidSince = findUnpaidSince(listed.value, readClock(listed.stripeTime));
  const invoiceId = latest.id;
  return {
    found: { subscriptionId, invoiceId, unpaidSince, isListed: true, isListDue: false },
    isRefused: false,
  };
}

const idRow = z.object({ id: z.string() });

/** Those whose invoices were listed a moment ago, such as before a revocation, and of which nothing was told since. */
async function listListedLately(
  db: Database,
  overdue: readonly { subscriptionId: string; latest: ReadInvoice }[],
): Promise<Set<string>> {
  const rows = await queryRows(
    db,
    idRow,
    sql`
    SELECT s.id FROM parity."StripeSubscription" s
    WHERE s.id = ANY(${overdue.map(({ subscriptionId }) => subscriptionId)})
      AND s."latestInvoiceId" = ANY(${overdue.map(({ latest }) => latest.id)})
      AND s.status = 'past_due' AND s."unpaidInvoiceId" = s."latestInvoiceId" AND NOT s."unpaidListDue"
      AND s."unpaidListedAt" > now() - interval '10 minutes'
      AND NOT EXISTS (SELECT 1 FROM parity."StripeEvent" e WHERE e."customerId" = s."customerId" AND e."receivedAt" > s."unpaidListedAt" - interval '1 minute')`,
  );
  return new Set(rows.map(({ id }) => id));
}

const changedRow = z.object({ customerId: z.string(), isChanged: z.boolean() });

/**
 * Stores since when subscriptions are unpaid, for the invoice that is their latest. A date of the latest invoice alone never
 * replaces an earlier one of the same spell. Users that this may affect are enqueued.
 */
export async function storeUnpaidInvoices(tx: Tx, found: readonly UnpaidInvoice[]): Promise<void> {
  if (found.length === 0) return;
  const stored = await queryRows(
    tx,
    changedRow,
    sql`
    UPDATE parity."StripeSubscription" s SET "unpaidInvoiceId" = r."invoiceId", "unpaidListDue" = r."isListDue",
      "unpaidSince" = CASE WHEN r."isListed" THEN r.since ELSE least(o."unpaidSince", r.since) END,
      "unpaidListedAt" = CASE WHEN r."isListed" THEN now() ELSE o."unpaidListedAt" END,
      -- What was paid in between, the list shows.
      "pastDueSince" = CASE WHEN r."isListed" THEN greatest(o."pastDueSince", r.since) ELSE o."pastDueSince" END
    FROM (SELECT f.*, to_timestamp(f."unpaidSince") AS since FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb)
        AS f("subscriptionId" text, "invoiceId" text, "isListed" boolean, "isListDue" boolean, "unpaidSince" float8)) r
      JOIN parity."StripeSubscription" o ON o.id = r."subscriptionId"
    WHERE s.id = o.id AND s.status = 'past_due' AND s."latestInvoiceId" = r."invoiceId"
      AND (r."isListed" OR o."unpaidInvoiceId" IS DISTINCT FROM r."invoiceId" OR o."unpaidListedAt" IS NULL
        OR o."unpaidListDue" OR o."unpaidSince" IS NULL AND r.since IS NOT NULL)
    RETURNING s."customerId",
      (s."unpaidSince", s."pastDueSince") IS DISTINCT FROM (o."unpaidSince", o."pastDueSince") AS "isChanged"`,
  );
  const changed = stored.flatMap(({ customerId, isChanged }) => (isChanged ? [customerId] : []));
  await enqueueUsersOfCustomers(tx, [...new Set(changed)]);
}

const countsRow = z.object({ unknown: z.number(), all: z.number() });

/** How many past-due subscriptions there are whose latest invoice was not asked about, and how many subscriptions. */
async function countUnknownInvoices(db: Database): Promise<{ unknown: number; all: number }> {
  return queryOneOrThrow(
    db,
    countsRow,
    sql`SELECT count(*) FILTER (WHERE status = 'past_due' AND "latestInvoiceId" IS NOT NULL
        AND "unpaidInvoiceId" IS DISTINCT FROM "latestInvoiceId")::int AS unknown, count(*)::int AS all
      FROM parity."StripeSubscription" WHERE NOT gone`,
  );
}

/** Requests that a full run may use for the invoices of past-due subscriptions: a small part of what it reads anyway. */
const countPages = (subscriptions: number) => 3 + Math.floor(subscriptions / 5_000);
const countLists = (subscriptions: number) => 6 + Math.floor(subscriptions / 5_000);

/**
 * Asks for the latest invoices of all past-due subscriptions, a hundred at a time, where some are not known; then lists the
 * invoices of some for which an older one may matter. Optional: what cannot be read is left open, and the rest of the run goes on.
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
    if (!page.ok || page.value.subscriptions.every(({ latestInvoice }) => latestInvoice === null)) break;
    const { subscriptions, hasMore, lastId } = page.value;
    const asked = { ...options, stripeTime: page.stripeTime, mostRequests: 0 };
    const found = await findUnpaidInvoices({ db, stripe }, subscriptions, asked);
    await db.$transaction((tx) => storeUnpaidInvoices(tx, found));
    if (!hasMore || lastId === null) break;
    startingAfter = lastId;
  }
  await listDueInvoices({ db, stripe }, options, countLists(all));
}

const dueRow = z.object({ subscriptionId: z.string(), invoiceId: z.string() });

/**
 * Lists the invoices of past-due subscriptions for which an older one may matter, of at most `most`: those never listed
 * first, then the longest past due. A key that may not read invoices is asked for one of them.
 */
export async function listDueInvoices(deps: Deps, options: RequestOptions, most: number): Promise<void> {
  const due = await queryRows(
    deps.db,
    dueRow,
    sql`
    SELECT id AS "subscriptionId", "latestInvoiceId" AS "invoiceId" FROM parity."StripeSubscription"
    WHERE status = 'past_due' AND NOT gone AND "latestInvoiceId" IS NOT NULL
      AND ("unpaidListDue" OR "unpaidInvoiceId" IS DISTINCT FROM "latestInvoiceId")
    ORDER BY "unpaidListedAt" NULLS FIRST, "pastDueSince", id LIMIT ${most}::int`,
  );
  for (const { subscriptionId, invoiceId } of due) {
    const { found, isRefused } = await listUnpaid(
      deps,
      { subscriptionId, latest: { id: invoiceId } },
      options,
    );
    if (isRefused) return;
    await deps.db.$transaction(async (tx) => {
      if (found) await storeUnpaidInvoices(tx, [found]);
      // Others have their turn before it is asked about again.
      else
        await tx.$executeRaw`UPDATE parity."StripeSubscription" SET "unpaidListedAt" = now() WHERE id = ${subscriptionId}`;
    });
  }
}
