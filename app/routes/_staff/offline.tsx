import { useBlocker } from "@remix-run/react";
import { useEffect, useState } from "react";
import { Shape } from "~/ui/status/shape";

/**
 * Keeps the page while there is no connection: the browser would show its own error page in the place of this one. What is said is
 * part of the page, because nothing can be loaded then.
 */
export function StayWhileOffline() {
  const { state, reset } = useBlocker(isOffline);
  const [isSaid, setSaid] = useState(false);
  useEffect(() => {
    if (state !== "blocked") return;
    reset();
    setSaid(true);
  }, [state, reset]);
  useEffect(() => {
    // Remix loads the code of a link that is pointed at, and loads the whole page again when that fails.
    const keepStill = (event: Event) => {
      const pointedAt =
        event instanceof MouseEvent && event.type === "mouseout" ? event.relatedTarget : event.target;
      if (isOffline() && pointedAt instanceof Element && pointedAt.closest("a[href]"))
        event.stopPropagation();
    };
    for (const type of INTENTS) window.addEventListener(type, keepStill, true);
    return () => {
      for (const type of INTENTS) window.removeEventListener(type, keepStill, true);
    };
  }, []);
  useEffect(() => {
    const forget = () => setSaid(false);
    window.addEventListener("online", forget);
    return () => window.removeEventListener("online", forget);
  }, []);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-4 bottom-16 z-50 flex justify-center sm:bottom-6"
    >
      {isSaid && (
        <p className="flex items-start gap-2 rounded border border-line bg-raised px-4 py-3 text-table shadow-float">
          <span className="mt-1 text-high">
            <Shape tone="high" />
          </span>
          There is no connection. This page stays as it is; try again when the connection is back.
        </p>
      )}
    </div>
  );
}

/** From these React tells a link that it is pointed at. "mouseout" is of the element that the pointer left. */
const INTENTS = ["mouseover", "mouseout", "focusin", "touchstart"];

const isOffline = () => !navigator.onLine;
