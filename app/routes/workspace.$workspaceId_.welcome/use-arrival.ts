import { useEffect, useState } from "react";

/** `unknown`: the answer does not say whether the payment has arrived; poll the workspace instead. */
type Arrival = { state: "asking" | "arrived" | "unknown" | "not_yours" | "signed_out" };

const ASKING: Arrival = { state: "asking" };

/**
 * Asks the server once per visit whether a payment has arrived. If this fails, webhooks and runs still find the payment.
 */
export function useArrival(sessionId: string | null, visit: string): Arrival {
  const [answered, setAnswered] = useState<Arrival & { visit: string | null }>({
    ...ASKING,
    visit: null,
  });
  useEffect(() => {
    const stop = new AbortController();
    void fetchArrival(sessionId, stop.signal).then((state) => {
      if (!stop.signal.aborted) setAnswered({ state, visit });
    });
    return () => stop.abort();
  }, [sessionId, visit]);
  return answered.visit === visit ? answered : ASKING;
}

async function fetchArrival(sessionId: string | null, signal: AbortSignal): Promise<Arrival["state"]> {
  try {
    const { status } = await fetch("/api/stripe/sync-subscription", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(sessionId === null ? {} : { sessionId }),
      signal,
    });
    if (status === 401) return "signed_out";
    if (status === 404) return "not_yours";
    return status === 200 ? "arrived" : "unknown";
  } catch {
    return "unknown";
  }
}
