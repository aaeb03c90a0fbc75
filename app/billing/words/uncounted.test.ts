import { expect, it } from "vitest";
import { evaluate } from "~/billing/evaluation/evaluate";
import type { Subscription } from "~/billing/observation";
import type { UserRecord } from "~/billing/record";
import {
  aCustomer,
  anOpenWorkspace,
  anUnmappedItem,
  aRecord,
  aSnapshot,
  aSubscription,
  CONTEXT,
} from "~/billing/testing/observations";
import { describeEvaluation } from "./sentence";

const catalogue = { ...CONTEXT.catalogue, byPriceId: new Map([["price_news", null]]) };
const news = (id = "sub_news") => aSubscription({ id, items: [anUnmappedItem({ priceId: "price_news" })] });
const unfinished = aSubscription({ status: "incomplete" });

function describe(record: UserRecord, ...subscriptions: Subscription[]): string {
  const snapshot = aSnapshot({ record, customers: [aCustomer({ subscriptions })] });
  return describeEvaluation(evaluate(snapshot, { ...CONTEXT, catalogue }), record);
}

const locked = aRecord({ user: { stripeCustomerId: "cus_1" } });
const lifetime = aRecord({ user: { stripeCustomerId: "cus_1", plan: "lifetime" } });
const open = { ...lifetime, workspaces: [anOpenWorkspace()] };

it("Stripe is not said to have no subscription beside one that is ignored or unfinished", () => {
  expect(describe(locked, news())).toBe(
    "Stripe lists only 1 subscription at an ignored price for this user. The database has no subscription.",
  );
  expect(describe(lifetime, news(), news("sub_2"), unfinished)).toBe(
    'Stripe lists only 2 subscriptions at an ignored price and 1 unfinished checkout for this user. The database records the plan "lifetime"; Stripe says nothing about it, so it stays.',
  );
  expect(describe(open, news())).toBe(
    "Stripe lists only 1 subscription at an ignored price for this user. The database still gives access. Nothing in Stripe proves that it ended, so Sync will change nothing; an admin can approve it.",
  );
});

it("where Stripe lists nothing, that is said", () => {
  expect(describe(locked)).toBe("No subscription in Stripe and none in the database.");
  expect(describe(open)).toContain("Stripe has no current subscription for this user.");
});
