import { expect, it } from "vitest";
import { aRecord } from "~/billing/testing/observations";
import { findTaken } from "./taken";

const before = aRecord({
  user: { ...aRecord().user, plan: "army", subscriptionStatus: "active" },
  workspaces: [
    { id: "w_1", status: "active", seats: 5 },
    { id: "w_2", status: "active", seats: 5 },
  ],
});
const withWorkspace = (status: string, seats: number) => ({
  ...before,
  workspaces: [{ id: "w_1", status, seats }, ...before.workspaces.slice(1)],
});
const withUser = (user: Partial<typeof before.user>) => ({ ...before, user: { ...before.user, ...user } });
const find = (after: typeof before, isEntitled = false) => findTaken({ before, after, isEntitled });

it("R362: says what a revocation takes: a workspace, seats, the plan, a later end, or a status by which the application may let in", () => {
  expect(find(withWorkspace("locked", 0), true)).toBe("access");
  expect(find(withWorkspace("active", 1))).toBe("seats");
  expect(find({ ...withWorkspace("active", 1), user: { ...before.user, plan: "starter" } }, true)).toBe(
    "seats",
  );
  expect(find(withUser({ plan: "starter" }))).toBe("plan");
  expect(find(withUser({ currentPeriodEnd: null }))).toBe("period");
  expect(find(withUser({ subscriptionStatus: "canceled" }))).toBe("access");
  expect(find(withUser({ subscriptionStatus: "past_due" }), true)).toBe("status");
});

it("R389: from a user whose workspaces were all locked a status takes no access; without workspaces it may", () => {
  const taken = (workspaces: typeof before.workspaces) => {
    const was = { ...withUser({ subscriptionStatus: "past_due" }), workspaces };
    const is = { ...was, user: { ...was.user, subscriptionStatus: "canceled" } };
    return findTaken({ before: was, after: is, isEntitled: false });
  };
  const locked = { id: "w_1", status: "locked", seats: 0 };
  expect(taken([locked])).toBe("status");
  expect(taken([locked, { ...locked, id: "w_2", status: "active" }])).toBe("access");
  expect(taken([])).toBe("access");
});
