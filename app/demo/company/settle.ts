import { fingerprintOf, mismatchesBetween } from "~/billing/mismatches";
import type { ObservedCustomer } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { BillingState, UserRecord } from "~/billing/record";
import type { Comp } from "~/billing/snapshot";
import { stripeStateOf } from "~/billing/stripe-state";
import type { Sandbox } from "~/sandbox/sandbox";
import { COMPANY, type Person } from "./company";
import { makeCustomers } from "./in-stripe";
import { rightState } from "./right-record";
import type { LinkStory } from "./story";

const DAY = 86_400;

/** One user with both sides settled: the customers made in the sandbox, and what the database is to say. */
export type Settled = Person & {
  recorded: BillingState;
  /** What it should say. */
  right: BillingState;
  /** Customers linked by a checkout session of the application's. */
  sessionCustomerIds: string[];
  /** Of all linked customers, for a hold. */
  stripeState: string;
  /** Of what differs, for an acknowledgement. */
  fingerprint: string;
  createdAt: number;
};

/** Makes one user's customers in the sandbox, and says what is recorded of them. */
export function settle(person: Person, sandbox: Sandbox, catalogue: Catalogue, now: number): Settled {
  const { story, key, userId, email, name } = person;
  const next = COMPANY[COMPANY.indexOf(person) + 1];
  const owner = { key, userId, email, name, nextUserId: next?.userId ?? null };
  const stories = story.customers ?? [];
  const customers = makeCustomers(sandbox, stories, owner, now);
  const by = (link: LinkStory) => customers.filter((_, index) => stories[index]?.link === link);
  const linked = customers.filter((_, index) => stories[index]?.link !== "none");
  const recordedCustomerId = by("recorded")[0]?.id ?? null;

  const comp = compOf(person, catalogue, now);
  const evaluated = { customers: linked, comp, catalogue, now };
  const right = rightState({ record: blank(person, recordedCustomerId), ...evaluated });
  const recorded = story.recorded?.(right, { key, now, recordedCustomerId }) ?? right;
  const expected = rightState({ record: { ...blank(person, null), ...recorded }, ...evaluated });
  return {
    ...person,
    recorded,
    right: expected,
    sessionCustomerIds: by("session").map(({ id }) => id),
    stripeState: stripeStateOf(linked.flatMap(({ subscriptions }) => subscriptions)),
    fingerprint: fingerprintOf(mismatchesBetween(recorded, expected)),
    createdAt: Math.min(now - person.number * DAY, firstSubscription(customers) - 3 * DAY),
  };
}

function compOf({ story, key }: Person, catalogue: Catalogue, now: number): Comp | null {
  const plan = story.comp && catalogue.plans.get(story.comp.plan);
  if (!story.comp || !plan || story.comp.endsIn <= 0) return null;
  return { id: key, plan, expiresAt: now + story.comp.endsIn * DAY, revokedAt: null, applied: false };
}

/** Somebody about whom nothing is recorded but a plan they once had: the rules keep history, and so fill it in. */
function blank(person: Person, stripeCustomerId: string | null): UserRecord {
  const { key, userId, email, name, story } = person;
  return {
    userId,
    email,
    name,
    emailVerified: !story.emailUnverified,
    user: {
      stripeCustomerId,
      plan: "none",
      subscriptionStatus: null,
      currentPeriodEnd: null,
      cancelAtPeriodEnd: false,
    },
    billing: null,
    workspaces: Array.from({ length: story.workspaces ?? 1 }, (_, index) => ({
      id: `ws_${key}${index === 0 ? "" : "b"}`,
      status: "locked",
      seats: 0,
    })),
  };
}

const firstSubscription = (customers: readonly ObservedCustomer[]) =>
  Math.min(...customers.flatMap(({ subscriptions }) => subscriptions.map(({ created }) => created)));
