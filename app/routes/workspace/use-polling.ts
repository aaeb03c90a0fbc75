import { useEffect, useState } from "react";
import { toPathId } from "~/platform/plain-text";
import { interpretAnswer, LATER_PAUSES, PAUSES, type PollResult, parseAnswer } from "./polling";

/** `off`: nothing to wait for. `late`: nothing new after ten seconds; polling continues more slowly. */
export type PollingState = "off" | "polling" | "late" | Exclude<PollResult, "retry">;

type PollingOptions = {
  workspaceId: string;
  /** Null stops polling; a new object restarts it. */
  reason: object | null;
  /** Continues after a check that found no payment, because the customer has just paid. */
  hasPaid: boolean;
};

/** Polls a workspace while the page is visible: about once a second for ten seconds, then more slowly. */
export function usePolling({ workspaceId, reason, hasPaid }: PollingOptions): PollingState {
  const [state, setState] = useState<PollingState>(reason === null ? "off" : "polling");
  useEffect(() => {
    setState(reason === null ? "off" : "polling");
    if (reason === null) return;
    const stop = new AbortController();
    const report = (found: PollingState) => {
      if (!stop.signal.aborted) setState(found);
    };
    void pollUntilKnown({ workspaceId, hasPaid, signal: stop.signal, report });
    return () => stop.abort();
  }, [workspaceId, reason, hasPaid]);
  return state;
}

type PollOptions = {
  workspaceId: string;
  hasPaid: boolean;
  signal: AbortSignal;
  report: (state: PollingState) => void;
};

async function pollUntilKnown({ workspaceId, hasPaid, signal, report }: PollOptions): Promise<void> {
  for (const [index, pause] of [...PAUSES, ...LATER_PAUSES].entries()) {
    if (index === PAUSES.length) report("late");
    await wait(pause, signal);
    await waitUntilVisible(signal);
    if (signal.aborted) return;
    const found = await pollOnce(workspaceId, signal);
    if (found === "retry" || (found === "still_locked" && hasPaid)) continue;
    report(found);
    return;
  }
}

async function pollOnce(workspaceId: string, signal: AbortSignal): Promise<PollResult> {
  try {
    const response = await fetch(`/api/workspace/${toPathId(workspaceId)}`, { signal });
    return interpretAnswer(response.status, response.ok ? parseAnswer(await response.json()) : null);
  } catch {
    return "retry";
  }
}

/** Resolves after the pause, or at once when the signal aborts. */
function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Resolves when the page is visible, or when the signal aborts. */
function waitUntilVisible(signal: AbortSignal): Promise<void> {
  if (document.visibilityState === "visible") return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (document.visibilityState !== "visible" && !signal.aborted) return;
      document.removeEventListener("visibilitychange", check);
      resolve();
    };
    document.addEventListener("visibilitychange", check);
    signal.addEventListener("abort", check);
  });
}
