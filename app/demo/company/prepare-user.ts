import { findMismatches, fingerprintMismatches } from "~/billing/mismatches";
import type { ObservedCustomer } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import { type BillingState, emptyRow, type UserRecord } from "~/billing/record";
import type { Comp } from "~/billing/snapshot";
import { describeStripeState } from "~/billing/stripe-state";
import type { Sandbox } from "~/sandbox/sandbox";
import { DEMO_USERS, type DemoUser } from "./demo-users";
import { findExpectedRecord, findFormerPlan } from "./expected-record";
import type { LinkStory } from "./story";
import { createCustomers } from "./stripe-customers";

const DAY = 86_400;

/** One user whose customers exist in the sandbox, with everything to write into the database. */
export type PreparedUser = DemoUser & {
  recorded: BillingState;
  /** What the record should be. */
  expected: BillingState;
  /** Customers linked by a checkout session of the application. */
  sessionCustomerIds: string[];
  /** Stripe's state of all linked customers, for a hold. */
  stripeState: string;
  /** Fingerprint of the mismatches, for an acknowledgement. */
  fingerprint: string;
  createdAt: number;
};

/** Creates one user's customers in the sandbox and works out what to record for the user. */
export function prepareUser(
  user: DemoUser,
  sandbox: Sandbox,
  catalogue: Catalogue,
  now: number,
): PreparedUser {
  const { story, key, userId, email, name } = user;
  const next = DEMO_USERS[DEMO_USERS.indexOf(user) + 1];
  const owner = { key, userId, email, name, nextUserId: next?.userId ?? null };
  const stories = story.customers ?? [];
  const customers = createCustomers(sandbox, stories, owner, now);
  const listLinkedBy = (link: LinkStory) => customers.filter((_, index) => stories[index]?.link === link);
  const linked = customers.filter((_, index) => stories[index]?.link !== "none");
  const recordedCustomerId = listLinkedBy("recorded")[0]?.id ?? null;

  const comp = findActiveComp(user, catalogue, now);
  const input = { customers: linked, comp, catalogue, now };
  const blank = createBlankRecord(user, recordedCustomerId);
  const former = { ...blank, user: { ...blank.user, plan: findFormerPlan({ record: blank, ...input }) } };
  const initial = findExpectedRecord({ record: former, ...input });
  const recorded = story.changeRecord?.(initial, { key, now, recordedCustomerId }) ?? initial;
  const expected = findExpectedRecord({
    record: { ...createBlankRecord(user, null), ...recorded },
    ...input,
  });
  return {
    ...user,
    recorded,
    expected,
    sessionCustomerIds: listLinkedBy("session").map(({ id }) => id),
    stripeState: describeStripeState(linked.flatMap(({ subscriptions }) => subscriptions)),
    fingerprint: fingerprintMismatches(findMismatches(recorded, expected)),
    createdAt: Math.min(now - user.number * DAY, findFirstCreated(customers) - 3 * DAY),
  };
}

function findActiveComp({ story, key }: DemoUser, catalogue: Catalogue, now: number): Comp | null {
  const plan = story.comp && catalogue.plans.get(story.comp.plan);
  if (!story.comp || !plan || story.comp.endsIn <= 0) return null;
  return { id: key, plan, expiresAt: now + story.comp.endsIn * DAY, revokedAt: null, applied: false };
}

/** A record that is empty. */
function createBlankRecord(user: DemoUser, stripeCustomerId: string | null): UserRecord {
  const { key, userId, email, name, story } = user;
  return {
    userId,
    email,
    name,
    emailVerified: !story.emailUnverified,
    user: { ...emptyRow("user"), stripeCustomerId },
    billing: null,
    workspaces: Array.from({ length: story.workspaces ?? 1 }, (_, index) => ({
      id: `ws_${key}${index === 0 ? "" : "b"}`,
      status: "locked",
      seats: 0,
    })),
  };
}

const findFirstCreated = (customers: readonly ObservedCustomer[]) =>
  Math.min(...customers.flatMap(({ subscriptions }) => subscriptions.map(({ created }) => created)));
