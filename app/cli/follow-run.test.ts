import { expect, it } from "vitest";
import type { RunView } from "~/dashboard/views";
import type { CommandContext } from "./command";
import { followRun } from "./follow-run";
import { createOut } from "./out";

const begun: RunView = {
  id: "run",
  by: "command line",
  mode: "apply",
  scope: "full",
  state: "running",
  phase: "observe",
  total: 10,
  observed: 0,
  synced: 0,
  skipped: 0,
  review: 0,
  failed: 0,
  notChecked: 0,
  stripeRequests: 0,
  reason: null,
  previewRunId: null,
  createdAt: 0,
  finishedAt: null,
  evaluatedFrom: null,
};

/** A run that takes these steps, and then stays where it is. */
function following(steps: Partial<RunView>[], signal = new AbortController().signal) {
  const shown: string[] = [];
  let paused = 0;
  let run = begun;
  const step = async () => {
    run = { ...run, ...steps.shift() };
    return run;
  };
  const context = {
    parity: { runs: { step } },
    out: createOut(
      { stdout: () => {}, stderr: (text) => shown.push(text), colours: false, watched: true },
      false,
    ),
    pause: async () => {
      paused += 1;
    },
    signal,
  };
  const followed = followRun(Object.assign(Object.create(null), context) as CommandContext, begun);
  return followed.then((result) => ({ ...result, shown: shown.join("\n"), paused }));
}

it("shows where the run is, and returns when it is over", async () => {
  const { left, run, shown, paused } = await following([
    { observed: 1_200 },
    { phase: "evaluate", synced: 3, skipped: 4 },
    { state: "done", skipped: 7 },
  ]);
  expect(left).toBe("ended");
  expect(run.skipped).toBe(7);
  expect(shown).toContain("Reading Stripe: 1200 subscriptions");
  expect(shown).toContain("Evaluating: 7 of 10 users");
  expect(shown.endsWith("\r\u001b[2K")).toBe(true);
  expect(paused).toBe(0);
});

it("waits while the run does not move, says why, and gives up on one that never does", async () => {
  const { left, run, shown, paused } = await following([{ reason: "rate_limited: slow down" }]);
  expect(left).toBe("stuck");
  expect(run.state).toBe("running");
  expect(shown).toContain("waiting (rate_limited: slow down)");
  expect(paused).toBeGreaterThan(60);
});

it("stops when somebody presses Ctrl-C, and leaves the run to be gone on with", async () => {
  const { left, run } = await following([{ state: "done" }], AbortSignal.abort());
  expect(left).toBe("interrupted");
  expect(run.state).toBe("running");
});
