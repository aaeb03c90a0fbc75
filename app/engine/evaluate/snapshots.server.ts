import { foldEmail } from "~/billing/email";
import type { EpochSeconds, ObservedCustomer, Version } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { UserRecord } from "~/billing/record";
import type { Comp, EmailCandidate, UserSnapshot } from "~/billing/snapshot";
import type { Database, Tx } from "~/platform/client.server";
import { type RowsOf, readTables, selectTables } from "~/platform/json-tables.server";
import { type Sql, sql } from "~/platform/sql.server";
import { customerTables, observedCustomers } from "./load-customers.server";
import { type Edge, edgesOf, linkedCustomers, linkTables } from "./load-links.server";
import { askedUsers, userTables } from "./load-users.server";

/** How much is known beyond single customers, when snapshots are loaded. */
export type LoadOptions = {
  catalogue: Catalogue;
  /** A full pass has finished and the event cursor is unbroken since. */
  passFinished: boolean;
  /** When that pass finished, epoch seconds: users without customers of their own were observed then. */
  passFinishedAt: number | null;
  /** When it began. */
  passBeganAt: number | null;
  /** The users' addresses were read just now, or this is the end of a pass. */
  addressesRead: boolean;
  /** Order stamp taken before loading; for evaluations that shall be kept. */
  stamp?: Version | null;
};

/** What is kept of the last evaluation of a user, and what the next one is kept with. */
export type Kept = {
  /** Fingerprint of all that the evaluate reads of the record, as loaded. */
  recordHash: string;
  /** Fingerprint of the standing; null when there is none. */
  syncStatus: string | null;
  /** When the standing says that the user was observed; epoch seconds. */
  observedAt: EpochSeconds | null;
  /** When everybody was observed, by the last pass; epoch seconds. */
  passFinishedAt: EpochSeconds | null;
  /** What says that the user must be evaluated again; null when nothing does. */
  generation: number | null;
  /** Order stamp taken before loading: all that was committed before it has been seen. Null: not to be kept. */
  stamp: Version | null;
};

export type LoadedSnapshot = UserSnapshot & { kept: Kept };

/** The statement; its plan is the same for one user and for thousands. */
export const selectSnapshots = (userIds: readonly string[]): Sql => sql`
  WITH ${askedUsers(userIds)}, ${linkedCustomers} SELECT ${selectTables(tables)} AS found`;

const tables = { ...userTables, ...customerTables(sql`c`, sql`s`), ...linkTables };

/**
 * Loads everything that the evaluate needs about these users in one statement, and so as of one moment, however many they
 * are. In the order of the ids given; a user who does not exist is left out.
 */
export async function loadSnapshots(
  db: Database | Tx,
  userIds: readonly string[],
  options: LoadOptions | Promise<LoadOptions>,
): Promise<LoadedSnapshot[]> {
  if (userIds.length === 0) {
    await options;
    return [];
  }
  const [[row], how] = await Promise.all([
    db.$queryRaw<{ found: string }[]>(selectSnapshots(userIds)),
    options,
  ]);
  const rows = readTables(tables, row?.found);
  const found = { ...rows, ...linksFrom(rows), customers: observedCustomers(rows) };
  return userIds.flatMap((id) => {
    const user = rows.users.get(id);
    return user ? [snapshotOf(id, user, found, how)] : [];
  });
}

type Rows = RowsOf<typeof tables>;
type UserRow = Rows["users"] extends Map<string, infer Row> ? Row : never;

function linksFrom(rows: Rows) {
  const edges = edgesOf(rows);
  const named = new Map<string, string[]>();
  for (const some of edges.values())
    for (const { userId, customerId, rejected } of some) {
      if (rejected || !rows.users.has(userId)) continue;
      const known = named.get(userId);
      if (!known) named.set(userId, [customerId]);
      else if (!known.includes(customerId)) known.push(customerId);
    }
  const rejected = new Map<string, string[]>();
  for (const { source, userId, customerId } of rows.links)
    if (source === "rejected") rejected.set(userId, [...(rejected.get(userId) ?? []), customerId]);
  return { edges, named, rejected };
}

type Found = Omit<Rows, "customers"> &
  ReturnType<typeof linksFrom> & { customers: ReadonlyMap<string, ObservedCustomer> };

function snapshotOf(userId: string, user: UserRow, found: Found, options: LoadOptions): LoadedSnapshot {
  const customerIds = found.named.get(userId) ?? [];
  const customers = allOf(customerIds, found.customers);
  const syncStatus = found.syncStatuses.get(userId);
  const { emailCandidates, usersWithEmail } = addressOf(user.email, found);
  return {
    record: recordOf(userId, user, found),
    edges: edgesAt(customerIds, found.edges),
    rejectedCustomerIds: found.rejected.get(userId) ?? [],
    customers,
    emailCandidates,
    usersWithEmail,
    coverage: { pass: passKnows(user, customers, options), address: options.addressesRead },
    comps: compsOf(userId, found, options.catalogue),
    hold: found.holds.get(userId) ?? null,
    acknowledged: found.acknowledgements.get(userId)?.mismatches ?? null,
    lookupFailure: lookupFailureOf(found.failures.get(userId), customerIds, found.customers),
    observedAt: observedAt(customerIds, customers, options),
    revocationVersion: syncStatus?.revocationVersion ?? null,
    kept: {
      recordHash: found.recordHashes.get(userId)?.hash ?? "",
      syncStatus: syncStatus?.fingerprint ?? null,
      observedAt: syncStatus?.observedAt ?? null,
      passFinishedAt: options.passFinished ? options.passFinishedAt : null,
      generation: found.generation.get(userId)?.generation ?? null,
      stamp: options.stamp ?? null,
    },
  };
}

const edgesAt = (customerIds: readonly string[], edges: ReadonlyMap<string, Edge[]>): Edge[] => {
  const [only] = customerIds;
  if (customerIds.length === 1 && only !== undefined) return edges.get(only) ?? [];
  return customerIds.flatMap((id) => edges.get(id) ?? []);
};

function allOf<T>(ids: readonly string[], known: ReadonlyMap<string, T>): T[] {
  const all: T[] = [];
  for (const id of ids) {
    const one = known.get(id);
    if (one !== undefined) all.push(one);
  }
  return all;
}

function recordOf(userId: string, user: UserRow, found: Found): UserRecord {
  const workspaces = found.workspaces.get(userId) ?? [];
  if (workspaces.length > 1) workspaces.sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    userId,
    email: user.email,
    emailVerified: user.emailVerified,
    name: user.name,
    user: {
      stripeCustomerId: user.stripeCustomerId,
      plan: user.plan,
      subscriptionStatus: user.subscriptionStatus,
      currentPeriodEnd: user.currentPeriodEnd,
      cancelAtPeriodEnd: user.cancelAtPeriodEnd,
    },
    billing: found.billing.get(userId) ?? null,
    workspaces,
  };
}

type Address = Pick<UserSnapshot, "emailCandidates" | "usersWithEmail">;
const NOT_SHARED: Address = { emailCandidates: [], usersWithEmail: null };

function addressOf(email: string, found: Found): Address {
  if (found.candidates.size === 0) return NOT_SHARED;
  const folded = foldEmail(email);
  const candidates = found.candidates.get(folded);
  if (!candidates) return NOT_SHARED;
  const emailCandidates = candidates.flatMap(({ customerId }): EmailCandidate[] => {
    const customer = found.customers.get(customerId);
    return customer ? [{ customer, linkedUserIds: ownersOf(found.edges.get(customerId) ?? []) }] : [];
  });
  return { emailCandidates, usersWithEmail: found.sharedAddresses.get(folded)?.users ?? null };
}

const ownersOf = (edges: readonly Edge[]) =>
  [...new Set(edges.flatMap(({ userId, rejected }) => (rejected ? [] : [userId])))].sort();

function compsOf(userId: string, found: Found, { plans }: Catalogue): Comp[] {
  return (found.comps.get(userId) ?? []).flatMap(({ planId, ...comp }): Comp[] => {
    const plan = plans.get(planId);
    return plan ? [{ ...comp, plan }] : [];
  });
}

/**
 * Does the finished pass speak of this user? Not of one whose row was written after it began and names a customer that was
 * never seen: that customer may be newer than the pass.
 */
function passKnows(user: UserRow, customers: readonly ObservedCustomer[], options: LoadOptions): boolean {
  if (!options.passFinished) return false;
  const named = user.stripeCustomerId;
  const isUnseen = named !== null && !customers.some(({ id }) => id === named);
  return !(isUnseen && user.writtenAt >= (options.passBeganAt ?? 0));
}

/**
 * Why the last attempt to look the user up failed; null when none did, or every linked customer was completely read since:
 * by whom does not matter, who failed may have died.
 */
function lookupFailureOf(
  failed: { failure: string; failedAt: number } | undefined,
  customerIds: readonly string[],
  customers: ReadonlyMap<string, ObservedCustomer>,
): string | null {
  if (!failed) return null;
  const isReadSince = (id: string) => (customers.get(id)?.completeAt ?? 0) > failed.failedAt;
  return customerIds.length > 0 && customerIds.every(isReadSince) ? null : failed.failure;
}

/** When the user was last completely observed: of all linked customers the one seen longest ago. */
function observedAt(
  customerIds: readonly string[],
  customers: readonly ObservedCustomer[],
  options: LoadOptions,
): EpochSeconds | null {
  const byPass = options.passFinished ? options.passFinishedAt : null;
  if (customerIds.length === 0) return byPass;
  let oldest = Number.POSITIVE_INFINITY;
  for (const id of customerIds) {
    const own = customers.find((customer) => customer.id === id)?.completeAt ?? null;
    const time = own === null ? byPass : Math.max(Math.floor(own), byPass ?? 0);
    if (time === null) return null;
    oldest = Math.min(oldest, time);
  }
  return oldest;
}
