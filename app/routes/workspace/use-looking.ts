import { useEffect, useState } from "react";
import { type AfterLook, afterLook, LATER_PAUSES, PAUSES, readLook } from "./looking";

/** `off`: there is nothing to wait for. `late`: ten seconds of looking found nothing new. */
export type Looking = "off" | "looking" | "late" | Exclude<AfterLook, "again">;

type LookingOptions = {
  workspaceId: string;
  /** What there is to look for: null for nothing, and another object begins anew. */
  reason: object | null;
  /** Goes on after a check that found nothing: somebody has just paid. */
  hasPaid: boolean;
};

/** Looks at a workspace again and again, only while the page is seen: closely for ten seconds, then now and then. */
export function useLooking({ workspaceId, reason, hasPaid }: LookingOptions): Looking {
  const [state, setState] = useState<Looking>(reason === null ? "off" : "looking");
  useEffect(() => {
    setState(reason === null ? "off" : "looking");
    if (reason === null) return;
    const ending = new AbortController();
    const tell = (found: Looking) => {
      if (!ending.signal.aborted) setState(found);
    };
    void lookUntilKnown({ workspaceId, hasPaid, signal: ending.signal, tell });
    return () => ending.abort();
  }, [workspaceId, reason, hasPaid]);
  return state;
}

type Look = { workspaceId: string; hasPaid: boolean; signal: AbortSignal; tell: (found: Looking) => void };

async function lookUntilKnown({ workspaceId, hasPaid, signal, tell }: Look): Promise<void> {
  for (const [index, pause] of [...PAUSES, ...LATER_PAUSES].entries()) {
    if (index === PAUSES.length) tell("late");
    await passed(pause, signal);
    await seen(signal);
    if (signal.aborted) return;
    const found = await lookOnce(workspaceId, signal);
    if (found === "again" || (found === "settled" && hasPaid)) continue;
    tell(found);
    return;
  }
}

async function lookOnce(workspaceId: string, signal: AbortSignal): Promise<AfterLook> {
  try {
    const response = await fetch(`/api/workspace/${encodeURIComponent(workspaceId)}`, { signal });
    return afterLook(response.status, response.ok ? readLook(await response.json()) : null);
  } catch {
    return "again";
  }
}

function passed(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Waits until the page is seen: nobody looks for who is not there. */
function seen(signal: AbortSignal): Promise<void> {
  if (document.visibilityState === "visible") return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState !== "visible" && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
  });
}
