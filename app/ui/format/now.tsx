import { createContext, type ReactNode, startTransition, useContext, useEffect, useState } from "react";

type Now = { seconds: number; zone: "UTC" | "local" };

const NowContext = createContext<Now>({ seconds: 0, zone: "UTC" });

/**
 * The server's clock for everything below, moving on in the browser. Until then all times are the server's and in
 * UTC, so that both sides draw the same page.
 */
export function NowProvider({ serverNow, children }: { serverNow: number; children: ReactNode }) {
  const [now, setNow] = useState<Now>({ seconds: serverNow, zone: "UTC" });
  useEffect(() => {
    const begun = performance.now();
    // As a transition: parts of the page that are still streaming in would be thrown away by anything more urgent.
    const move = () =>
      startTransition(() =>
        setNow({ seconds: serverNow + Math.floor((performance.now() - begun) / 1000), zone: "local" }),
      );
    move();
    const timer = setInterval(move, 20_000);
    return () => clearInterval(timer);
  }, [serverNow]);
  return <NowContext.Provider value={now}>{children}</NowContext.Provider>;
}

/** Epoch seconds, and the zone to show moments in. */
export function useNow(): Now {
  return useContext(NowContext);
}
