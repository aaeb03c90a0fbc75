import { describe, expect, it } from "vitest";
import { describeGroup } from "./run-results/group-words.server";
import { describeRepairer } from "./run-view.server";

type Group = Parameters<typeof describeGroup>[0];
type Run = Parameters<typeof describeGroup>[1];

const describeWith = (group: Partial<Group>, run: Partial<Run> = {}) =>
  describeGroup(
    { verdict: "locked_out", outcome: "intended", reason: null, revokes: false, users: 12, ...group },
    { mode: "preview", state: "done", ...run },
  );
const describeFailed = (reason: string | null) =>
  describeWith({ verdict: "unpaid_access", outcome: "failed", users: 1_204, reason });

describe("the sentence of a group of a run", () => {
  it("speaks of users", () => {
    expect(describeWith({})).toBe("12 users have paid and are locked out: access will be granted.");
    expect(describeWith({ outcome: "not_checked", users: 1 })).toBe(
      "1 user could not be checked: Stripe was not read completely.",
    );
  });

  it("is in the past tense for what was done, and says what was taken away", () => {
    const done = { mode: "apply" } as const;
    expect(describeWith({ outcome: "synced" }, done)).toBe("12 users got access.");
    expect(describeWith({ outcome: "synced", verdict: "unpaid_access", revokes: true, users: 1 }, done)).toBe(
      "1 user lost access that was not paid for.",
    );
    expect(describeWith({ outcome: "synced", verdict: "plan_mismatch", revokes: true }, done)).toBe(
      "12 users had their plan and price corrected, and lost access or seats.",
    );
    expect(describeWith({ verdict: "plan_mismatch", revokes: true })).toContain(
      "and access or seats will be removed",
    );
    expect(describeWith({}, { mode: "apply", state: "cancelled" })).toContain("Nothing was changed");
  });

  it.each([
    ["lookup_failed: rate_limited", "but Stripe could not be read (too many requests)"],
    ["lookup_failed: of_another_version", "but Stripe could not be read"],
    ["record_busy", "but the record was busy"],
    ["database_23505", "but the database refused the change"],
    [
      'database_23502: public.users.plan: null value in column "plan"',
      'but the database refused the change (public.users.plan: null value in column "plan")',
    ],
    ["of_another_version", "but the repair failed"],
    [null, "but the repair failed"],
  ])("says in words why a repair failed: %s", (reason, words) => {
    expect(describeFailed(reason)).toBe(
      `1,204 users have access without a subscription, ${words}. Nothing was changed.`,
    );
  });
});

it.each([
  ["staff", "s1", "Ada (staff)"],
  ["staff", "s2", "staff"],
  ["cron", null, "the scheduler"],
  ["webhook", null, "a webhook"],
  ["workspace", null, "a workspace visit"],
  ["checkout", null, "a checkout"],
  ["command_line", null, "the command line"],
])("a repair by %s (%s) is by %s", (kind, actor, words) => {
  expect(describeRepairer(kind, actor, new Map([["s1", "Ada"]]))).toBe(words);
});
