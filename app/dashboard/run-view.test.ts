import { describe, expect, it } from "vitest";
import { describeGroup } from "./run-results/group-words.server";
import { describeRunReason } from "./run-results/run-reason.server";
import { describeRepairer } from "./run-view.server";

type Group = Parameters<typeof describeGroup>[0];
type Run = Parameters<typeof describeGroup>[1];

const describeWith = (group: Partial<Group>, run: Partial<Run> = {}) =>
  describeGroup(
    {
      verdict: "locked_out",
      outcome: "intended",
      reason: null,
      revokes: false,
      taken: [],
      users: 12,
      ...group,
    },
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
      "12 users had their plan and price corrected, and lost access or soldiers.",
    );
    expect(describeWith({ verdict: "plan_mismatch", revokes: true })).toContain(
      "and access or soldiers will be removed",
    );
    const taking = (verdict: Group["verdict"], taken: Group["taken"]) =>
      describeWith({ outcome: "synced", verdict, revokes: true, taken, users: 1 }, done);
    expect(taking("plan_mismatch", ["seats"])).toBe(
      "1 user had their plan and price corrected, and lost soldiers.",
    );
    expect(taking("plan_mismatch", ["plan", "access", "seats"])).toContain(", and lost access or soldiers.");
    expect(taking("status_mismatch", ["status"])).toBe("1 user had their status corrected.");
    expect(taking("detail_mismatch", ["status"])).toContain("and lost the recorded status.");
    expect(taking("unpaid_access", ["seats"])).toContain(
      "lost access that was not paid for, and lost soldiers.",
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
  [
    "stripe_error: An unexpected error occurred. We've been notified of the problem.",
    "Stripe could not be read (Stripe has trouble).",
  ],
  [
    "timeout: Request aborted due to timeout being reached (647ms)",
    "Stripe could not be read (no answer in time).",
  ],
  [
    "unauthorized: Invalid API Key provided: rk_live_***1234",
    "Stripe could not be read (the key was refused: check STRIPE_SECRET_KEY).",
  ],
  [
    "wrong_account: The key belongs to acct_1. Nothing is written.",
    "The key belongs to acct_1. Nothing is written.",
  ],
  ["unreachable: connect ECONNREFUSED 10.0.0.1:443", "Stripe could not be read (no connection)."],
  ["of_another_version: socket hang up", "It could not go on. The log says why."],
  ["canceled by staff", "Canceled by staff."],
  [null, null],
])("why a run ended or waits is a sentence of ours, and never Stripe's own text: %s", (reason, sentence) => {
  expect(describeRunReason(reason)).toBe(sentence);
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
