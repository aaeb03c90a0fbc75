import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";

const EVERY_MILLISECONDS = 1000;

/** Reloads the page's data once a second while `isLive` is true and the page is visible. */
export function useLiveRefresh(isLive: boolean): void {
  const { revalidate, state } = useRevalidator();
  useEffect(() => {
    if (!isLive || state !== "idle") return;
    const reload = () => {
      if (document.visibilityState === "visible") revalidate();
    };
    const timer = setInterval(reload, EVERY_MILLISECONDS);
    document.addEventListener("visibilitychange", reload);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", reload);
    };
  }, [isLive, state, revalidate]);
}
