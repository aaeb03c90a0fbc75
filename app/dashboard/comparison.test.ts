import { expect, it } from "vitest";
import { evaluate } from "~/billing/evaluation/evaluate";
import type { Subscription } from "~/billing/observation";
import {
  aCustomer,
  anUnmappedItem,
  aRecordInSync,
  aSnapshot,
  aSubscription,
  CONTEXT,
} from "~/billing/testing/observations";
import { compareRecords } from "./comparison.server";

/** Why the plan of a user with these subscriptions is expected. */
function explainPlan(...subscriptions: Subscription[]) {
  const snapshot = aSnapshot({ record: aRecordInSync(), customers: [aCustomer({ subscriptions })] });
  const evaluation = evaluate(snapshot, CONTEXT);
  const lines = compareRecords({ snapshot, evaluation, decision: { kind: "nothing" } }, new Map());
  return lines.find(({ field }) => field === "user.plan")?.why;
}

it("the comparison says why a plan is expected", () => {
  expect(explainPlan(aSubscription())).toBe("This price belongs to Army");
  expect(explainPlan(aSubscription({ items: [anUnmappedItem()] }))).toBe(
    "This price is not assigned to a plan",
  );
  expect(explainPlan()).toBe("Stripe has no current subscription");
});
