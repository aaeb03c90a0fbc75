import { z } from "zod";
import type { ObservedCustomer } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { BillingRow, UserRecord, WorkspaceRow } from "~/billing/record";
import type { Comp, EmailCandidate, LinkEdge, Situation } from "~/billing/situation";
import type { Database, Tx } from "./client.server";
import { loadCustomers } from "./load-customers.server";
import { type LinkRow, loadLinks } from "./load-links.server";
import { loadUsers, type UserRow } from "./load-users.server";

/** How much is known beyond single customers, when situations are loaded. */
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
};

const epoch = z.number().nullable();
const workspaceRows: z.ZodType<WorkspaceRow[]> = z.array(
  z.object({ id: z.string(), status: z.string(), soldiers: z.number() }),
);
const billingRow: z.ZodType<BillingRow> = z.object({
  stripeSubscriptionId: z.string(),
  stripePriceId: z.string(),
  status: z.string(),
  plan: z.string().nullable(),
  amount: z.number().nullable(),
  currency: z.string(),
  interval: z.string().nullable(),
  currentPeriodStart: epoch,
  currentPeriodEnd: epoch,
  cancelAtPeriodEnd: z.boolean(),
});
const compRows = z.array(
  z.object({
    id: z.string(),
    planId: z.string(),
    expiresAt: z.number(),
    revokedAt: epoch,
    applied: z.boolean(),
  }),
);

/**
 * Loads everything that the judge needs about these users: three queries a batch, whatever its size. In the order of
 * the ids given; a user who does not exist is left out.
 */
export async function loadSituations(
  db: Database | Tx,
  userIds: readonly string[],
  options: LoadOptions,
): Promise<Situation[]> {
  if (userIds.length === 0) return [];
  const users = await loadUsers(db, userIds);
  const links = await loadLinks(db, userIds);
  const customers = await loadCustomers(db, [...new Set(links.map(({ customerId }) => customerId))]);

  const edgesByCustomer = groupBy(
    links.filter((link) => link.userId !== null),
    ({ customerId }) => customerId,
  );
  const namedBy = groupBy(
    links.filter((link) => link.userId !== null && !link.rejected),
    ({ userId }) => userId ?? "",
  );
  const candidatesOf = groupBy(
    links.filter((link) => link.candidateOf !== null),
    ({ candidateOf }) => candidateOf ?? "",
  );
  const situations = new Map<string, Situation>();
  for (const user of users) {
    const customerIds = [...new Set((namedBy.get(user.id) ?? []).map(({ customerId }) => customerId))];
    const edges = customerIds.flatMap((id) => (edgesByCustomer.get(id) ?? []).flatMap(toEdge));
    const linked = customerIds.map((id) => customers.get(id)).filter((one) => one !== undefined);
    const emailCandidates = (candidatesOf.get(user.id) ?? []).flatMap(({ customerId }): EmailCandidate[] => {
      const customer = customers.get(customerId);
      if (!customer) return [];
      const owners = (edgesByCustomer.get(customerId) ?? []).flatMap(({ userId, rejected }) =>
        userId === null || rejected ? [] : [userId],
      );
      return [{ customer, linkedUserIds: [...new Set(owners)].sort() }];
    });
    situations.set(user.id, toSituation({ user, edges, linked, customerIds, emailCandidates, options }));
  }
  return userIds.flatMap((id) => situations.get(id) ?? []);
}

const toEdge = ({ customerId, userId, source }: LinkRow): LinkEdge[] =>
  userId === null || source === null ? [] : [{ customerId, userId, source }];

type SituationInput = {
  user: UserRow;
  edges: LinkEdge[];
  linked: ObservedCustomer[];
  customerIds: string[];
  emailCandidates: EmailCandidate[];
  options: LoadOptions;
};

function toSituation({
  user,
  edges,
  linked,
  customerIds,
  emailCandidates,
  options,
}: SituationInput): Situation {
  const record: UserRecord = {
    userId: user.id,
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
    billing: billingRow.nullable().parse(user.billing),
    workspaces: workspaceRows.parse(user.workspaces),
  };
  const comps = compRows.parse(user.comps).flatMap((comp): Comp[] => {
    const plan = options.catalogue.plans.get(comp.planId);
    return plan ? [{ ...comp, plan }] : [];
  });
  return {
    record,
    edges,
    rejectedCustomerIds: user.rejected,
    customers: linked,
    emailCandidates,
    usersWithEmail: user.usersWithEmail,
    knowledge: { pass: passKnows(user, linked, options), address: options.addressesRead },
    comps,
    hold: user.holdState === null ? null : { stripeState: user.holdState },
    acknowledged: user.acknowledged,
    lookupFailure: user.lookupFailure,
    observedAt: observedAt(customerIds, linked, options),
    loweringStamp: user.loweringStamp,
  };
}

/**
 * Does the finished pass speak of this user? Not of one whose row was written after it began and names a customer that was
 * never seen: that customer may be newer than the pass.
 */
function passKnows(user: UserRow, linked: ObservedCustomer[], options: LoadOptions): boolean {
  if (!options.passFinished) return false;
  const named = user.stripeCustomerId;
  const isUnseen = named !== null && !linked.some(({ id }) => id === named);
  return !(isUnseen && user.writtenAt >= (options.passBeganAt ?? 0));
}

/** When the user was last completely observed: of all linked customers the one seen longest ago. */
function observedAt(customerIds: string[], linked: ObservedCustomer[], options: LoadOptions): number | null {
  const byPass = options.passFinished ? options.passFinishedAt : null;
  const times = customerIds.map((id) => {
    const own = linked.find((customer) => customer.id === id)?.completeAt ?? null;
    return own === null ? byPass : Math.max(own, byPass ?? 0);
  });
  if (times.length === 0) return byPass;
  return times.reduce((oldest, time) => (oldest === null || time === null ? null : Math.min(oldest, time)));
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
