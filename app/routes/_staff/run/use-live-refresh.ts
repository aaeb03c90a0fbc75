import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";

const EVERY_MILLISECONDS = 1000;

/**
 * Reloads the page's data once a second while `isLive` is true, the page is visible and the server can be reached: otherwise a moment
 * without a connection would replace the page.
 */
export function useLiveRefresh(isLive: boolean): void {
  const { revalidate, state } = useRevalidator();
  useEffect(() => {
    if (!isLive || state !== "idle") return;
    let isOver = false;
    const reload = async () => {
      if (document.visibilityState === "visible" && (await isReachable()) && !isOver) revalidate();
    };
    const timer = setInterval(reload, EVERY_MILLISECONDS);
    document.addEventListener("visibilitychange", reload);
    return () => {
      isOver = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", reload);
    };
  }, [isLive, state, revalidate]);
}

async function isReachable(): Promise<boolean> {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  return answer?.ok === true;
}
