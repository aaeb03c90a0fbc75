import { useEffect, useState } from "react";

/** `look`: not known yet, the workspace itself will tell. */
type Arrival = { state: "asking" | "arrived" | "look" | "not_yours" | "signed_out" };

const ASKING: Arrival = { state: "asking" };

/**
 * Asks once for each visit whether a payment has arrived. Nothing depends on it: the other layers find the payment too.
 */
export function useArrival(sessionId: string | null, visit: string): Arrival {
  const [answered, setAnswered] = useState<Arrival & { visit: string | null }>({ ...ASKING, visit: null });
  useEffect(() => {
    const ending = new AbortController();
    void ask(sessionId, ending.signal).then((state) => {
      if (!ending.signal.aborted) setAnswered({ state, visit });
    });
    return () => ending.abort();
  }, [sessionId, visit]);
  return answered.visit === visit ? answered : ASKING;
}

async function ask(sessionId: string | null, signal: AbortSignal): Promise<Arrival["state"]> {
  try {
    const { status } = await fetch("/api/stripe/sync-subscription", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(sessionId === null ? {} : { sessionId }),
      signal,
    });
    if (status === 401) return "signed_out";
    if (status === 404) return "not_yours";
    return status === 200 ? "arrived" : "look";
  } catch {
    return "look";
  }
}
