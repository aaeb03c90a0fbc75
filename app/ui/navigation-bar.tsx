import { useNavigation } from "@remix-run/react";
import { useEffect, useState } from "react";

/** A faster navigation shows no bar, because it would only flicker. */
const SHOW_AFTER_MILLISECONDS = 150;

/** A thin bar at the top while a page is loading. */
export function NavigationBar() {
  const busy = useNavigation().state !== "idle";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!busy) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), SHOW_AFTER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [busy]);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 top-0 z-50 h-0.5 overflow-hidden"
    >
      {shown && (
        <>
          <div className="loading-bar h-full w-2/5 bg-accent-fill" />
          <span className="sr-only">Loading</span>
        </>
      )}
    </div>
  );
}
