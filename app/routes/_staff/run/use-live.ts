import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";

const EVERY_MILLISECONDS = 1000;

/** Looks again once a second while something is going on and somebody can see it. */
export function useLive(live: boolean): void {
  const { revalidate, state } = useRevalidator();
  useEffect(() => {
    if (!live || state !== "idle") return;
    const look = () => {
      if (document.visibilityState === "visible") revalidate();
    };
    const timer = setInterval(look, EVERY_MILLISECONDS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [live, state, revalidate]);
}
