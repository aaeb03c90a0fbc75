import { expect, it } from "vitest";
import type { RunView } from "~/dashboard/run-view.server";
import { buildRunView } from "~/dashboard/testing/build-run";
import type { CommandContext } from "./command";
import { followRun } from "./follow-run";
import { createOut } from "./out";

const begun = buildRunView({
  by: "command line",
  state: "running",
  phase: "observe",
  total: 10,
  finishedAt: null,
  evaluatedFrom: null,
});

/** Follows a run that makes these steps and then no more progress. */
function follow(steps: Partial<RunView>[], signal = new AbortController().signal) {
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

it("shows the progress of the run and returns when it ends", async () => {
  const { left, run, shown, paused } = await follow([
    { observed: 1_200 },
    { phase: "evaluate", synced: 3, skipped: 4 },
    { state: "done", skipped: 7 },
  ]);
  expect(left).toBe("ended");
  expect(run.skipped).toBe(7);
  expect(shown).toContain("Reading Stripe: 1,200 subscriptions");
  expect(shown).toContain("Evaluating: 7 of 10 users");
  expect(shown.endsWith("\r\u001b[2K")).toBe(true);
  expect(paused).toBe(0);
});

it("waits while the run makes no progress, shows the reason, and gives up at last", async () => {
  const { left, run, shown, paused } = await follow([{ reason: "rate_limited: slow down" }]);
  expect(left).toBe("stuck");
  expect(run.state).toBe("running");
  expect(shown).toContain("waiting (rate_limited: slow down)");
  expect(paused).toBeGreaterThan(60);
});

it("says that it waits for another process, and for how long at most (case 33)", async () => {
  const { shown } = await follow([{ leaseLeft: 47 }, { state: "done", leaseLeft: null }]);
  expect(shown).toContain(
    "Waiting for another process that works on this run (full, started by command line)",
  );
  expect(shown).toContain("goes on in 47 s");
});

it("stops on Ctrl-C and leaves the run open", async () => {
  const { left, run } = await follow([{ state: "done" }], AbortSignal.abort());
  expect(left).toBe("interrupted");
  expect(run.state).toBe("running");
});
