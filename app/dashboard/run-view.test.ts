import { describe, expect, it } from "vitest";
import { describeGroup, describeRepairer } from "./run-view.server";

const describeFailed = (reason: string | null) => describeGroup("unpaid_access", "failed", 1_204, reason);

describe("the sentence of a group of a run", () => {
  it("speaks of users", () => {
    expect(describeGroup("locked_out", "intended", 12, null)).toBe(
      "12 users have paid and are locked out: access will be granted.",
    );
    expect(describeGroup("locked_out", "not_checked", 1, null)).toBe(
      "1 user could not be checked: Stripe was not read completely.",
    );
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
