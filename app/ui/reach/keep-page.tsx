import { type ComponentType, startTransition, useEffect, useState } from "react";

/** Keeps the page while the server cannot be reached. Its code is loaded after the page's. */
export function KeepPage() {
  const [Loaded, setLoaded] = useState<ComponentType | null>(null);
  useEffect(() => {
    import("./connection").then(
      ({ Connection }) => startTransition(() => setLoaded(() => Connection)),
      // The page works without it.
      () => {},
    );
  }, []);
  return Loaded && <Loaded />;
}
