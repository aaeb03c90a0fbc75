import { z } from "zod";
import { FIELDS, hasBillingRows, type RecordFields } from "~/billing/fields";
import { isStripeId, readStripeId } from "~/billing/ids";
import type { EpochSeconds, ObservedCustomer, Version } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import { pickRow, type UserRecord } from "~/billing/record";
import type { Candidate, Comp, LinkEdge, UserSnapshot } from "~/billing/snapshot";
import type { FullRun } from "~/engine/account/cursors.server";
import type { Database, Tx } from "~/platform/client.server";
import { forEachInSlices } from "~/platform/event-loop/in-slices";
import { type RowsOf, readTables, selectTables } from "~/platform/json-tables.server";
import { queryOne } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { createCustomerTables, groupByCustomer } from "./load-customers.server";
import { linkedCustomers, linkTables, resolveEdges } from "./load-links.server";
import { askedUsers, createUserTables } from "./load-users.server";
import { findAddress, findCandidates, findHeldIds } from "./snapshot-parts";

/** What is known beyond single customers, when snapshots are loaded. */
export type LoadOptions = {
  catalogue: Catalogue;
  /** The last complete full run, while events have been followed since; users without customers were observed by it. */
  fullRun: FullRun | null;
  /** The users' addresses were read just now, or this is the end of a full run. */
  addressesRead: boolean;
  /** Version taken before loading; for evaluations that will be saved. */
  version?: Version | null;
};

/** What is stored of the last evaluation of a user, and the version that the next one is saved with. */
export type StoredState = {
  /** Fingerprint of all that is evaluated of the record, as loaded. */
  recordHash: string;
  /** Fingerprint of the sync status; null when there is none. */
  fingerprint: string | null;
  /** When the sync status says that the user was observed; epoch seconds. */
  observedAt: EpochSeconds | null;
  /** Until when all users are observed, by the last full run and events since; epoch seconds. */
  coveredAt: EpochSeconds | null;
  /** Hash of the user's address, and since when the user has it, to be saved with the status. */
  addressHash: string | null;
  addressSince: EpochSeconds | null;
  /** The user's entry in the recheck queue; null when there is none. */
  generation: number | null;
  /** Version taken before loading: everything committed before it was seen. Null: the evaluation is not saved. */
  version: Version | null;
};

export type LoadedSnapshot = UserSnapshot & { stored: StoredState };

/** The statement that loads snapshots; its plan is the same for one user and for thousands. */
export const selectSnapshots = (userIds: readonly string[], fields: RecordFields = FIELDS): Sql => sql`
  WITH ${askedUsers(userIds, fields)}, ${linkedCustomers} SELECT ${selectTables(findTables(fields))} AS found`;

const createTables = (fields: RecordFields) => ({
  ...createUserTables(fields),
  ...createCustomerTables(sql`c`, sql`s`),
  ...linkTables,
});
const tables = createTables(FIELDS);
const findTables = (fields: RecordFields) => (fields === FIELDS ? tables : createTables(fields));

/**
 * Loads everything that is evaluated about these users in one statement, and so as of one moment, however many they are.
 * In the order of the ids; a user that does not exist is left out.
 */
export async function loadSnapshots(
  db: Database | Tx,
  userIds: readonly string[],
  options: LoadOptions,
  fields: RecordFields = FIELDS,
): Promise<LoadedSnapshot[]> {
  if (userIds.length === 0) return [];
  const row = await queryOne(db, foundRow, selectSnapshots(userIds, fields));
  const rows = await readTables(findTables(fields), row?.found);
  const found = { ...rows, ...findLinks(rows), customers: groupByCustomer(rows), fields };
  const snapshots: LoadedSnapshot[] = [];
  await forEachInSlices(userIds, (id) => {
    const user = rows.users.get(id);
    if (user) snapshots.push(toSnapshot(id, user, found, options));
  });
  return snapshots;
}

const foundRow = z.object({ found: z.string() });

type Rows = RowsOf<typeof tables>;
type UserRow = Rows["users"] extends Map<string, infer Row> ? Row : never;

function findLinks(rows: Rows) {
  const links = resolveEdges(rows);
  const named = new Map<string, string[]>();
  for (const edgesOfCustomer of links.edges.values())
    for (const { userId, customerId } of edgesOfCustomer) {
      if (!rows.users.has(userId)) continue;
      const known = named.get(userId);
      if (!known) named.set(userId, [customerId]);
      else if (!known.includes(customerId)) known.push(customerId);
    }
  return { ...links, named, joined: new Map<string, LinkEdge[]>(), linkedUsers: new Map<string, string[]>() };
}

type Found = Omit<Rows, "customers"> &
  ReturnType<typeof findLinks> & {
    customers: ReadonlyMap<string, ObservedCustomer>;
    fields: RecordFields;
  };

function toSnapshot(userId: string, user: UserRow, found: Found, options: LoadOptions): LoadedSnapshot {
  const customerIds = found.named.get(userId) ?? [];
  const customers = pickKnown(customerIds, found.customers);
  const syncStatus = found.syncStatuses.get(userId);
  const address = findAddress(user, syncStatus);
  const candidates = findCandidates(userId, user.email, found);
  return {
    record: toRecord(userId, user, found),
    edges: listEdges(customerIds, found),
    emailCandidates: candidates.emailCandidates,
    references: candidates.references,
    verifiedUsersWithEmail: candidates.verifiedUsersWithEmail,
    rejections: candidates.rejections,
    customers,
    addressSince: address.addressSince,
    held: findHeldIds(userId, listWithCandidates(customers, candidates.emailCandidates), found),
    coverage: { fullRun: isCovered(user, customers, options), address: options.addressesRead },
    comps: listComps(userId, found, options.catalogue),
    hold: found.holds.get(userId) ?? null,
    acknowledged: found.acknowledgements.get(userId)?.mismatches ?? null,
    lookupFailure: findLookupFailure(found.failures.get(userId), customerIds, found.customers),
    observedAt: findObservedAt(customerIds, customers, options),
    revocationVersion: syncStatus?.revocationVersion ?? null,
    stored: {
      recordHash: found.recordHashes.get(userId)?.hash ?? "",
      fingerprint: syncStatus?.fingerprint ?? null,
      observedAt: syncStatus?.observedAt ?? null,
      coveredAt: options.fullRun?.coveredAt ?? null,
      addressHash: address.addressHash,
      addressSince: address.addressSince,
      generation: found.generation.get(userId)?.generation ?? null,
      version: options.version ?? null,
    },
  };
}

const listWithCandidates = (customers: ObservedCustomer[], candidates: readonly Candidate[]) =>
  candidates.length === 0 ? customers : [...customers, ...candidates.map(({ customer }) => customer)];

/** All users of the same customers get the same list, which is long where thousands claim one of them. */
function listEdges(customerIds: readonly string[], { edges, joined }: Found): LinkEdge[] {
  const [only] = customerIds;
  if (customerIds.length === 1 && only !== undefined) return edges.get(only) ?? [];
  const key = customerIds.join(" ");
  const known = joined.get(key) ?? customerIds.flatMap((id) => edges.get(id) ?? []);
  joined.set(key, known);
  return known;
}

export function pickKnown<T>(ids: readonly string[], known: ReadonlyMap<string, T>): T[] {
  const all: T[] = [];
  for (const id of ids) {
    const one = known.get(id);
    if (one !== undefined) all.push(one);
  }
  return all;
}

function toRecord(userId: string, user: UserRow, found: Found): UserRecord {
  const workspaces = found.workspaces.get(userId) ?? [];
  if (workspaces.length > 1) workspaces.sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    userId,
    email: user.email,
    emailVerified: user.emailVerified,
    name: user.name,
    user: pickRow("user", user, found.fields),
    billing: hasBillingRows(found.fields) ? (found.billing.get(userId) ?? null) : null,
    workspaces,
  };
}

function listComps(userId: string, found: Found, { plans }: Catalogue): Comp[] {
  return (found.comps.get(userId) ?? []).flatMap(({ planId, ...comp }): Comp[] => {
    const plan = plans.get(planId);
    return plan ? [{ ...comp, plan }] : [];
  });
}

/**
 * Did the last full run cover this user? Not when the row was written after it began and names a customer that was never
 * observed: that customer may be newer than the run.
 */
function isCovered(user: UserRow, customers: readonly ObservedCustomer[], { fullRun }: LoadOptions): boolean {
  if (fullRun === null) return false;
  const named = readStripeId(user.stripeCustomerId);
  // What Stripe cannot have made is not newer than the run.
  const isUnseen = named !== null && isStripeId(named) && !customers.some(({ id }) => id === named);
  return !(isUnseen && user.writtenAt >= fullRun.beganAt);
}

/**
 * Why the last look-up of the user failed; null when it did not, or when every linked customer was completely read since,
 * by any process.
 */
function findLookupFailure(
  failed: { failure: string; failedAt: number } | undefined,
  customerIds: readonly string[],
  customers: ReadonlyMap<string, ObservedCustomer>,
): string | null {
  if (!failed) return null;
  const isReadSince = (id: string) => (customers.get(id)?.completeAt ?? 0) > failed.failedAt;
  return customerIds.length > 0 && customerIds.every(isReadSince) ? null : failed.failure;
}

/** When the user was last completely observed: of all linked customers the one seen longest ago. */
export function findObservedAt(
  customerIds: readonly string[],
  customers: readonly ObservedCustomer[],
  options: LoadOptions,
): EpochSeconds | null {
  const byFullRun = options.fullRun?.coveredAt ?? null;
  if (customerIds.length === 0) return byFullRun;
  let oldest = Number.POSITIVE_INFINITY;
  for (const id of customerIds) {
    const own = customers.find((customer) => customer.id === id)?.completeAt ?? null;
    const time = own === null ? byFullRun : Math.max(Math.floor(own), byFullRun ?? 0);
    if (time === null) return null;
    oldest = Math.min(oldest, time);
  }
  return oldest;
}
