import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";

/** The shortest time between two reloads when the page becomes visible. */
const MIN_INTERVAL_MS = 3_000;

type RefreshOptions = {
  /** Polling found something that the page does not show yet. */
  hasNews: boolean;
  /** Also reloads when the page becomes visible again, for example after a payment in another tab. */
  whenVisibleAgain: boolean;
};

/** Reloads the page's data in place. */
export function useRefresh({ hasNews, whenVisibleAgain }: RefreshOptions): void {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (hasNews) revalidate();
  }, [hasNews, revalidate]);
  useEffect(() => {
    if (!whenVisibleAgain) return;
    let last = performance.now();
    const reload = () => {
      if (document.visibilityState !== "visible" || performance.now() - last < MIN_INTERVAL_MS) return;
      last = performance.now();
      revalidate();
    };
    document.addEventListener("visibilitychange", reload);
    return () => document.removeEventListener("visibilitychange", reload);
  }, [whenVisibleAgain, revalidate]);
}
