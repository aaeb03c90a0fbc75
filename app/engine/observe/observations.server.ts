import { z } from "zod";
import { foldEmail } from "~/billing/email";
import { type Metadata, readMetadataUserId } from "~/billing/ids";
import type { Customer, Version } from "~/billing/observation";
import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import type { Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { assignExcluded, joinNames, joinValues, toRecordset } from "~/platform/write-rows.server";
import type { ReadCustomer, ReadSubscription } from "~/stripe/parse";
import { hashContent, keepUnchanged } from "./keep-unchanged.server";
import { enqueueUsersOfCustomers } from "./recheck-queue.server";

/** What one answer of Stripe said, with the answer's version. */
export type Observed<T> = { value: T; started: Version; ended: Version; requestId: string | null };

/** Ids of customers with two overlapping answers that differ: they must be read again. */
export type Contested = string[];

export type StoreOptions = {
  /** Enqueue the users whose evaluation may change; not before the first full run has finished, because it evaluates all. */
  enqueue: boolean;
  /** The keys of Stripe's metadata that may name a user, where the caller has loaded them in this transaction. */
  metadataKeys?: readonly string[];
};

/**
 * Stores customers where the answer is newer: it must have started after the stored one ended. Of two answers that
 * overlap and differ neither is known to be newer; those customers are returned.
 */
export async function storeCustomers(
  tx: Tx,
  observed: readonly Observed<ReadCustomer>[],
  { enqueue, metadataKeys }: StoreOptions,
): Promise<Contested> {
  if (observed.length === 0) return [];
  const hashed = resolveAndHash(observed, metadataKeys ?? (await loadMetadataKeys(tx)));
  const changed = await keepUnchanged(tx, sql`parity."StripeCustomer"`, sql`true`, hashed);
  if (changed.length === 0) return [];
  const ids = changed.map(({ value }) => value.id);
  if (enqueue) await enqueueUsersOfCustomers(tx, ids);
  const contested = await storeChangedCustomers(tx, changed);
  if (enqueue) await enqueueUsersOfCustomers(tx, ids);
  return contested;
}

type Hashed<T> = Observed<T> & { hash: string };

/** The newest answer about each object, with the user that its metadata name; the metadata themselves are not stored. */
function resolveAndHash<T extends { id: string; metadata: Metadata }>(
  observed: readonly Observed<T>[],
  metadataKeys: readonly string[],
): Hashed<Omit<T, "metadata"> & { id: string; metadataUserId: string | null }>[] {
  return pickNewest(observed, ({ value }) => value.id).map(({ value: read, started, ended, requestId }) => {
    // Copied as a whole: leaving a member out of a copy costs five times as much, for each object of each run.
    const value = {
      ...read,
      metadata: undefined,
      metadataUserId: readMetadataUserId(read.metadata, metadataKeys),
    };
    return { started, ended, requestId, value, hash: hashContent(value) };
  });
}

const VERSION_COLUMNS = {
  started: { type: "bigint", column: "versionStart" },
  ended: { type: "bigint", column: "versionEnd" },
  requestId: "text",
  hash: { type: "text", column: "contentHash" },
} as const;

const CUSTOMER_COLUMNS = {
  email: "text",
  emailFolded: "text",
  name: "text",
  metadataUserId: "text",
  state: "text",
  testClockId: "text",
  ...VERSION_COLUMNS,
} as const;

async function storeChangedCustomers(tx: Tx, changed: readonly Hashed<Customer>[]): Promise<Contested> {
  const rows = changed.map(({ value, ...version }) => ({
    ...value,
    ...version,
    testClockId: value.testClockId ?? null,
    emailFolded: value.email === null ? null : foldEmail(value.email),
  }));
  const stored = await queryRows(
    tx,
    idRow,
    sql`
    INSERT INTO parity."StripeCustomer" AS c (id, created, ${joinNames(CUSTOMER_COLUMNS)})
    SELECT r.id, to_timestamp(r.created), ${joinValues(CUSTOMER_COLUMNS)}
    FROM ${toRecordset(rows, { id: "text", created: "time", ...CUSTOMER_COLUMNS })}
    ORDER BY r.id
    ON CONFLICT (id) DO UPDATE SET ${assignExcluded(CUSTOMER_COLUMNS)},
      created = coalesce(excluded.created, c.created), "observedAt" = now()
    WHERE excluded."versionStart" > c."versionEnd"
    RETURNING c.id`,
  );
  const left = listNotStored(stored, rows, ({ id }) => id);
  if (left.length === 0) return [];
  const overlapping = await queryRows(
    tx,
    overlap,
    sql`
    UPDATE parity."StripeCustomer" c SET
      "versionStart" = CASE WHEN same THEN greatest(c."versionStart", r.started) ELSE c."versionStart" END,
      "versionEnd" = greatest(c."versionEnd", r.ended)
    FROM (
      SELECT r.id, r.started, r.ended, (o.email, o.name, o."metadataUserId", o.state)
        IS NOT DISTINCT FROM (r.email, r.name, r."metadataUserId", r.state) AS same
      FROM ${toRecordset(left, { id: "text", ...CUSTOMER_COLUMNS })}
      JOIN parity."StripeCustomer" o USING (id)
    ) r
    WHERE c.id = r.id AND r.started <= c."versionEnd" AND r.ended >= c."versionStart"
    RETURNING c.id AS "customerId", r.same`,
  );
  return listContested(overlapping);
}

/**
 * An answer that overlaps the stored one. When it says the same, the stored one gets the later version of both. When it does
 * not, neither is known to be newer: the customer must be read again after both.
 */
export const overlap = z.object({ customerId: z.string(), same: z.boolean() });
type Overlap = z.infer<typeof overlap>;

const idRow = z.object({ id: z.string() });
const storedSubscription = overlap.extend(idRow.shape);

export const listContested = (overlapping: readonly Overlap[]): Contested => [
  ...new Set(overlapping.flatMap(({ customerId, same }) => (same ? [] : [customerId]))),
];

/** The rows that an insert left out because what is stored was as new or newer. */
function listNotStored<Row>(
  stored: readonly { id: string }[],
  rows: readonly Row[],
  getId: (row: Row) => string,
): Row[] {
  if (stored.length === rows.length) return [];
  const ids = new Set(stored.map(({ id }) => id));
  return rows.filter((row) => !ids.has(getId(row)));
}

type SubscriptionRow = Omit<ReadSubscription["subscription"], "metadata"> & { metadataUserId: string | null };

/**
 * Stores subscriptions under the same rule as customers. Also keeps what Stripe does not say: since when a subscription has
 * been past due without a break, and since when one that gave no access before gives access.
 */
export async function storeSubscriptions(
  tx: Tx,
  observed: readonly Observed<ReadSubscription["subscription"]>[],
  { enqueue, metadataKeys }: StoreOptions,
): Promise<Contested> {
  if (observed.length === 0) return [];
  const hashed = resolveAndHash(observed, metadataKeys ?? (await loadMetadataKeys(tx)));
  const changed = await keepUnchanged(tx, sql`parity."StripeSubscription"`, sql`NOT kept.gone`, hashed);
  if (changed.length === 0) return [];
  const customerIds = changed.map(({ value }) => value.customerId);
  if (enqueue) await enqueueUsersOfCustomers(tx, customerIds);
  const contested = await storeChangedSubscriptions(tx, changed);
  if (enqueue) await enqueueUsersOfCustomers(tx, customerIds);
  return contested;
}

const SUBSCRIPTION_COLUMNS = {
  customerId: "text",
  status: "text",
  metadataUserId: "text",
  items: "jsonb",
  created: "time",
  startDate: "time",
  canceledAt: "time",
  endedAt: "time",
  cancelAt: "time",
  cancelAtPeriodEnd: "boolean",
  latestInvoiceId: "text",
  testClockId: "text",
  collectionPaused: "boolean",
  ...VERSION_COLUMNS,
} as const;

/** A subscription that was seen within this time has hardly been paid in between without being seen. Hours. */
const SEEN_WITHIN_HOURS = 48;

/**
 * SQL: the subscription was past due before and is still. A further unpaid invoice begins no new spell, unless the customer
 * has paid one since, or it was not looked at for long.
 */
const isSameSpell: Sql = sql`(s.status = 'past_due' AND excluded.status = 'past_due'
  AND (s."latestInvoiceId" IS NOT DISTINCT FROM excluded."latestInvoiceId"
    OR s."observedAt" > now() - make_interval(hours => ${SEEN_WITHIN_HOURS}::int)
      AND NOT EXISTS (SELECT 1 FROM parity."StripeEvent" e
        WHERE e."customerId" = s."customerId" AND e.type = 'invoice.paid' AND e.created >= s."pastDueSince")))`;

async function storeChangedSubscriptions(
  tx: Tx,
  changed: readonly Hashed<SubscriptionRow>[],
): Promise<Contested> {
  const rows = changed.map(({ value, ...version }) => ({ ...value, ...version }));
  const stored = await queryRows(
    tx,
    storedSubscription,
    sql`
    INSERT INTO parity."StripeSubscription" AS s (id, ${joinNames(SUBSCRIPTION_COLUMNS)}, "pastDueSince", gone)
    SELECT r.id, ${joinValues(SUBSCRIPTION_COLUMNS)},
      CASE WHEN r.status = 'past_due' THEN now() END,
      -- An old answer that comes late: a complete read that began after it did not list this one.
      EXISTS (SELECT 1 FROM parity."StripeCustomer" c WHERE c.id = r."customerId" AND c."completeVersionStart" > r.ended)
    FROM ${toRecordset(rows, { id: "text", ...SUBSCRIPTION_COLUMNS })}
    ORDER BY r.id
    ON CONFLICT (id) DO UPDATE SET ${assignExcluded(SUBSCRIPTION_COLUMNS)},
      "pastDueSince" = CASE WHEN ${isSameSpell} THEN s."pastDueSince" WHEN excluded.status = 'past_due' THEN now() END,
      "unpaidSince" = CASE WHEN ${isSameSpell} THEN s."unpaidSince" END,
      "unpaidInvoiceId" = CASE WHEN ${isSameSpell} THEN s."unpaidInvoiceId" END,
      "unpaidListDue" = s."unpaidListDue" AND ${isSameSpell},
      "unpaidListedAt" = CASE WHEN ${isSameSpell} THEN s."unpaidListedAt" END,
      "entitlingSince" = CASE
        WHEN excluded.status NOT IN ('active', 'trialing', 'past_due') THEN NULL
        WHEN s.status IN ('active', 'trialing', 'past_due') THEN s."entitlingSince"
        ELSE now() END,
      gone = false, "observedAt" = now()
    WHERE excluded."versionStart" > s."versionEnd"
    -- A new one, which a complete read that overlaps this answer did not list?
    RETURNING s.id, s."customerId", s.xmax <> 0 OR NOT EXISTS (SELECT 1 FROM parity."StripeCustomer" c
      WHERE c.id = s."customerId" AND c."completeVersionStart" <= s."versionEnd"
        AND c."completeVersionEnd" >= s."versionStart") AS same`,
  );
  const left = listNotStored(stored, rows, ({ id }) => id);
  if (left.length === 0) return listContested(stored);
  const overlapping = await queryRows(
    tx,
    overlap,
    sql`
    UPDATE parity."StripeSubscription" s SET
      "versionStart" = CASE WHEN same THEN greatest(s."versionStart", r.started) ELSE s."versionStart" END,
      "versionEnd" = greatest(s."versionEnd", r.ended)
    FROM (
      SELECT r.id, r.started, r.ended, NOT o.gone AND
        (o.status, o.items, o."cancelAtPeriodEnd", o."cancelAt", o."endedAt", o."metadataUserId", o."customerId",
          o."collectionPaused")
        IS NOT DISTINCT FROM (r.status, r.items, r."cancelAtPeriodEnd", to_timestamp(r."cancelAt"),
          to_timestamp(r."endedAt"), r."metadataUserId", r."customerId", r."collectionPaused") AS same
      FROM ${toRecordset(left, { id: "text", ...SUBSCRIPTION_COLUMNS })}
      JOIN parity."StripeSubscription" o USING (id)
    ) r
    WHERE s.id = r.id AND r.started <= s."versionEnd" AND r.ended >= s."versionStart"
    RETURNING s."customerId", r.same`,
  );
  return listContested([...stored, ...overlapping]);
}

/** Of several observations of one object in a batch only the newest is stored: one statement cannot write a row twice. */
function pickNewest<T extends { started: Version }>(observed: readonly T[], getId: (one: T) => string): T[] {
  const newest = new Map<string, T>();
  for (const one of observed) {
    const known = newest.get(getId(one));
    if (!known || known.started < one.started) newest.set(getId(one), one);
  }
  return [...newest.values()];
}
