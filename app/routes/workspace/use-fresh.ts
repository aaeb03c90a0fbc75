import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";

/** Coming back to the page sooner than this asks nothing. Milliseconds. */
const QUIET_MS = 3_000;

type FreshOptions = {
  /** Something was learned that the page does not show yet. */
  news: boolean;
  /** Also when somebody comes back to the page: from paying in another tab, for instance. */
  whenSeenAgain: boolean;
};

/** Loads the page's data again, in place. */
export function useFresh({ news, whenSeenAgain }: FreshOptions): void {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (news) revalidate();
  }, [news, revalidate]);
  useEffect(() => {
    if (!whenSeenAgain) return;
    let last = performance.now();
    const seen = () => {
      if (document.visibilityState !== "visible" || performance.now() - last < QUIET_MS) return;
      last = performance.now();
      revalidate();
    };
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, [whenSeenAgain, revalidate]);
}
