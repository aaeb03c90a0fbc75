import { useEffect, useState } from "react";

/** `look`: not known yet, the workspace itself will tell. */
export type Arrival = { state: "asking" | "arrived" | "look" | "not_yours" | "signed_out" };

/** Asks once whether a payment has arrived. Nothing depends on it: the other layers find the payment too. */
export function useArrival(sessionId: string | null): Arrival {
  const [arrival, setArrival] = useState<Arrival>({ state: "asking" });
  useEffect(() => {
    const ending = new AbortController();
    void ask(sessionId, ending.signal).then((state) => {
      if (!ending.signal.aborted) setArrival({ state });
    });
    return () => ending.abort();
  }, [sessionId]);
  return arrival;
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
