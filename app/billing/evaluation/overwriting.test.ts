import { describe, expect, it } from "vitest";
import type { UserRecord } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import {
  aBillingRow,
  aCanceledRecord,
  aCanceledSubscription,
  aCustomer,
  anOpenWorkspace,
  aRecordInSync,
  aSnapshot,
  aStarterItem,
  aSubscription,
  CONTEXT,
  DAY,
  NOW,
} from "~/billing/testing/observations";
import { decide } from "./decide";
import { evaluate } from "./evaluate";

function decideFor(changes: Partial<UserSnapshot>, writeMode: "full" | "grant_only") {
  const snapshot = aSnapshot(changes);
  return decide({
    snapshot,
    evaluation: evaluate(snapshot, CONTEXT),
    context: CONTEXT,
    writeMode,
    automatic: true,
    revocationLimitHasRoom: true,
    approval: null,
  });
}

const paying = [aCustomer({ subscriptions: [aSubscription()] })];
const canceled = [aCustomer({ subscriptions: [aCanceledSubscription()] })];
const starter = [aCustomer({ subscriptions: [aSubscription({ items: [aStarterItem()] })] })];

describe("case 1: overwriting what may mean access is a revocation", () => {
  it.each<[string, UserRecord]>([
    ["a status that gives access", aCanceledRecord({ user: { subscriptionStatus: "active" } })],
    ["a status in capitals", aCanceledRecord({ user: { subscriptionStatus: "ACTIVE" } })],
    ["a word of the application's own", aCanceledRecord({ user: { subscriptionStatus: "lifetime" } })],
    ["an empty status", aCanceledRecord({ user: { subscriptionStatus: "" } })],
    ["the status of the row", aCanceledRecord({ billing: aBillingRow({ status: "active" }) })],
    ["a period that is paid for", aCanceledRecord({ user: { currentPeriodEnd: NOW + 999 * DAY } })],
    [
      "a workspace in a state of its own",
      aCanceledRecord({ workspaces: [{ id: "w_1", status: "open", seats: 5 }] }),
    ],
  ])("%s, also with workspaces that are locked", (_, record) => {
    expect(decideFor({ record, customers: canceled }, "grant_only")).toEqual({
      kind: "blocked",
      reason: "grant_only",
      unlock: null,
    });
    expect(decideFor({ record, customers: canceled }, "full").kind).toBe("repair");
  });

  it.each(["enterprise", "army", "PRO "])("the plan %j of a user with access", (plan) => {
    const workspaces = [anOpenWorkspace(1)];
    const record = aRecordInSync({ user: { plan }, billing: null, workspaces });
    expect(decideFor({ record, customers: starter }, "grant_only")).toMatchObject({
      kind: "blocked",
      reason: "grant_only",
      unlock: null,
    });
    expect(decideFor({ record, customers: starter }, "full").kind).toBe("repair");
  });

  it.each(["free", "none", "", "ARMY", "starter"])("but not the plan %j with a larger one", (plan) => {
    const record = aRecordInSync({ user: { plan } });
    expect(decideFor({ record, customers: paying }, "grant_only").kind).toBe("repair");
  });
});
