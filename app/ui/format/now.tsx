import { createContext, type ReactNode, startTransition, useContext, useEffect, useState } from "react";

type Now = { seconds: number; zone: "UTC" | "local" };

const NowContext = createContext<Now>({ seconds: 0, zone: "UTC" });

/**
 * Provides the current time to its children. It starts at the server's time in UTC, so that server and browser render the
 * same page, and then advances in the browser.
 */
export function NowProvider({ serverNow, children }: { serverNow: number; children: ReactNode }) {
  const [now, setNow] = useState<Now>({ seconds: serverNow, zone: "UTC" });
  useEffect(() => {
    const startedAt = performance.now();
    // A transition, because an urgent update would discard the parts of the page that are still streaming.
    const advance = () =>
      startTransition(() =>
        setNow({ seconds: serverNow + Math.floor((performance.now() - startedAt) / 1000), zone: "local" }),
      );
    advance();
    const timer = setInterval(advance, 20_000);
    return () => clearInterval(timer);
  }, [serverNow]);
  return <NowContext.Provider value={now}>{children}</NowContext.Provider>;
}

/** The current time in epoch seconds, and the time zone to show times in. */
export function useNow(): Now {
  return useContext(NowContext);
}
