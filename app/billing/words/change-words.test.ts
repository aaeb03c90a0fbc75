import { expect, it } from "vitest";
import type { BillingState } from "~/billing/record";
import { listChangedValues } from "./change-words";

const user = {
  stripeCustomerId: "cus_1",
  plan: null,
  subscriptionStatus: "active",
  currentPeriodEnd: null,
  cancelAtPeriodEnd: false,
};

it("names each changed field once, with the number of workspaces that change alike", () => {
  const before: BillingState = {
    user,
    billing: null,
    workspaces: ["w1", "w2", "w3"].map((id) => ({ id, status: "locked", seats: 0 })),
  };
  const after: BillingState = {
    user: { ...user, plan: "army" },
    billing: null,
    workspaces: before.workspaces.map(({ id }, n) => ({ id, status: "active", seats: n === 0 ? 3 : 5 })),
  };
  expect(listChangedValues(before, after)).toEqual([
    { label: "Plan", before: "none", after: "army" },
    { label: "Workspace (3 workspaces)", before: "locked", after: "active" },
    { label: "Soldiers", before: "0", after: "3" },
    { label: "Soldiers (2 workspaces)", before: "0", after: "5" },
  ]);
});
