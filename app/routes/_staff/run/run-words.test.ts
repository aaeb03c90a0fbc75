import { describe, expect, it } from "vitest";
import type { RunView } from "~/dashboard/views";
import { outcomeWords, progressOf, runTitle } from "./run-words";

const run: RunView = {
  id: "r",
  by: "cron",
  mode: "apply",
  scope: "full",
  state: "running",
  phase: "evaluate",
  total: 1284,
  observed: 900,
  synced: 12,
  skipped: 1000,
  review: 3,
  failed: 0,
  notChecked: 0,
  stripeRequests: 13,
  reason: null,
  previewRunId: null,
  createdAt: 0,
  finishedAt: null,
  evaluatedFrom: null,
};

describe("a run in words", () => {
  it("says what it is about", () => {
    expect(runTitle(run)).toBe("Sync of all users");
    expect(runTitle({ mode: "preview", scope: "one" })).toBe("Preview of one user");
  });

  it("knows no end while Stripe is being read", () => {
    expect(progressOf({ ...run, phase: "observe", observed: 1 })).toEqual({
      done: 0,
      total: 0,
      words: "Reading Stripe: 1 subscription so far",
    });
  });

  it("of what changed knows not even whom it concerns, until it is over", () => {
    const tick: RunView = { ...run, scope: "incremental", observed: 2, synced: 3, skipped: 4, review: 0 };
    expect(runTitle(tick)).toBe("Sync of what changed");
    expect(progressOf({ ...tick, phase: "observe" }).words).toBe(
      "Reading what changed in Stripe: 2 customers so far",
    );
    expect(progressOf(tick)).toEqual({ done: 0, total: 0, words: "7 users looked at so far" });
    expect(progressOf({ ...tick, state: "done", skipped: 1281 }).total).toBe(1284);
  });

  it("counts everybody who has been evaluated as done", () => {
    expect(progressOf(run)).toEqual({ done: 1015, total: 1284, words: "1,015 of 1,284 users" });
  });

  it("says what it came to, without what did not happen", () => {
    expect(outcomeWords(run)).toBe("12 repaired · 1,000 in sync · 3 blocked or for review");
    expect(outcomeWords({ ...run, mode: "preview" })).toContain("12 to repair");
    expect(outcomeWords({ ...run, synced: 0, skipped: 0, review: 0 })).toBe("nothing to do");
  });
});
