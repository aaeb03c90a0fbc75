import { describe, expect, it } from "vitest";
import type { RunView } from "~/dashboard/run-view.server";
import { buildRunView } from "~/dashboard/testing/build-run";
import { describeProgress, formatRunTitle, summarizeOutcome } from "./run-words";

const run = buildRunView({
  by: "scheduler",
  state: "running",
  phase: "evaluate",
  total: 1284,
  observed: 900,
  synced: 12,
  skipped: 1000,
  review: 3,
  stripeRequests: 13,
  finishedAt: null,
});

describe("the texts of a run", () => {
  it("have a title with mode and scope", () => {
    expect(formatRunTitle(run)).toBe("Sync of all users");
    expect(formatRunTitle({ mode: "preview", scope: "one" })).toBe("Preview of one user");
  });

  it("give no total while Stripe is being read", () => {
    expect(describeProgress({ ...run, phase: "observe", observed: 1 })).toEqual({
      done: 0,
      total: 0,
      words: "Reading Stripe: 1 subscription so far",
    });
  });

  it("give no total for an incremental run until it has finished", () => {
    const incremental: RunView = {
      ...run,
      scope: "incremental",
      observed: 2,
      synced: 3,
      skipped: 4,
      review: 0,
    };
    expect(formatRunTitle(incremental)).toBe("Sync of changed users");
    expect(describeProgress({ ...incremental, phase: "observe" }).words).toBe(
      "Reading changes from Stripe: 2 customers so far",
    );
    expect(describeProgress(incremental)).toEqual({ done: 0, total: 0, words: "7 users checked so far" });
    expect(describeProgress({ ...incremental, state: "done", skipped: 1281 }).total).toBe(1284);
  });

  it("count all evaluated users as done", () => {
    expect(describeProgress(run)).toEqual({ done: 1015, total: 1284, words: "1,015 of 1,284 users" });
  });

  it("summarize the result without counts of 0", () => {
    expect(summarizeOutcome(run)).toBe("12 repaired · 1,000 in sync · 3 blocked or awaiting a decision");
    expect(summarizeOutcome({ ...run, mode: "preview" })).toContain("12 to repair");
    expect(summarizeOutcome({ ...run, synced: 0, skipped: 0, review: 0 })).toBe("nothing to do");
  });
});
