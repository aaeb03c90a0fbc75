import { useEffect, useState } from "react";
import { type AfterLook, afterLook, PAUSES, readLook } from "./looking";

/** `off`: there is nothing to wait for. `late`: ten seconds of looking found nothing new. */
export type Looking = "off" | "looking" | "late" | Exclude<AfterLook, "again">;

/**
 * Looks at a workspace again and again, only while the page is seen, for ten seconds in all. `reason` is what there is to
 * look for: null for nothing, and another object begins anew.
 */
export function useLooking(workspaceId: string, reason: object | null): Looking {
  const [state, setState] = useState<Looking>(reason === null ? "off" : "looking");
  useEffect(() => {
    setState(reason === null ? "off" : "looking");
    if (reason === null) return;
    const ending = new AbortController();
    void lookUntilKnown(workspaceId, ending.signal).then((found) => {
      if (!ending.signal.aborted) setState(found);
    });
    return () => ending.abort();
  }, [workspaceId, reason]);
  return state;
}

async function lookUntilKnown(workspaceId: string, signal: AbortSignal): Promise<Looking> {
  for (const pause of PAUSES) {
    await passed(pause, signal);
    await seen(signal);
    if (signal.aborted) return "off";
    const found = await lookOnce(workspaceId, signal);
    if (found !== "again") return found;
  }
  return "late";
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
