import { useBlocker, useLocation, useMatches, useNavigate, useNavigation } from "@remix-run/react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button } from "~/ui/button";
import { Shape } from "~/ui/status/shape";
import { keepLoading } from "./keep-loading";
import { keepAsking } from "./page-data";
import { askAgain, giveUpUnsafe, listenToWaiting, readWaiting, type WaitingSummary } from "./wait-for-server";
import { whenIdle } from "./when-idle";

export { keepLoading } from "./keep-loading";

/**
 * Keeps the page while the browser has no connection or the server does not answer: an error would stand in its place otherwise.
 * What is said is part of the page, because nothing can be loaded then.
 */
export function Connection() {
  const wasOffline = useOfflineBlocker();
  const waiting = useSyncExternalStore(listenToWaiting, readWaiting, () => null);
  usePageData();
  useCodeOfPages();
  usePagesReady();
  useStillLinks();
  return (
    // Written out, because a dialog hides everything else from screen readers.
    <div
      role="status"
      aria-live="polite"
      data-connection
      className="pointer-events-none fixed inset-x-4 bottom-16 z-50 flex justify-center sm:bottom-6"
    >
      {(waiting || wasOffline) && (
        <div className="pointer-events-auto flex flex-wrap items-center gap-x-4 gap-y-2 rounded border border-line bg-raised px-4 py-3 text-table shadow-float">
          <p className="flex min-w-0 items-start gap-2">
            <span className="mt-1 text-high">
              <Shape tone="high" />
            </span>
            {describe(waiting)}
          </p>
          {waiting && <Choices {...waiting} />}
        </div>
      )}
    </div>
  );
}

function describe(waiting: WaitingSummary | null): string {
  if (waiting === null || (isOffline() && waiting.isSafe))
    return "There is no connection. This page stays as it is; try again when the connection is back.";
  if (waiting.isRefused)
    return "Parity could not use its database. It is not known whether what you sent was done. This page stays as it is.";
  const next = waiting.isSafe
    ? "It is asked again every few seconds."
    : "It is not known whether what you sent has arrived.";
  return `The server does not answer. This page stays as it is. ${next}`;
}

function Choices({ isSafe, tries }: { isSafe: boolean; tries: number }) {
  const isLeaving = useNavigation().state !== "idle";
  const navigate = useNavigate();
  const { pathname, search, hash } = useLocation();
  const stay = () => {
    // To go to a place on this page ends going to another one, and loads nothing.
    if (isLeaving)
      navigate({ pathname, search, hash: hash || "#main" }, { replace: true, preventScrollReset: true });
    giveUpUnsafe();
  };
  return (
    <span className="flex items-center gap-2">
      <Button size="small" onClick={() => askAgain({ alsoUnsafe: true })}>
        {isSafe ? "Try again" : "Send again"}
      </Button>
      {(isLeaving || !isSafe) && (
        <Button size="small" variant="quiet" onClick={stay}>
          {isSafe ? "Stay here" : "Do not send it again"}
        </Button>
      )}
      <span aria-hidden="true" className="text-small text-quiet">
        {tries > 1 && `tried ${tries} times`}
      </span>
    </span>
  );
}

/** Whether a navigation was kept back since the connection was lost. */
function useOfflineBlocker(): boolean {
  const { state, reset } = useBlocker(isOffline);
  const [isSaid, setSaid] = useState(false);
  useEffect(() => {
    if (state !== "blocked") return;
    reset();
    setSaid(true);
  }, [state, reset]);
  useEffect(() => {
    const forget = () => {
      setSaid(false);
      askAgain({ alsoUnsafe: false });
    };
    window.addEventListener("online", forget);
    return () => window.removeEventListener("online", forget);
  }, []);
  return isSaid;
}

function usePageData(): void {
  useEffect(() => {
    const send = window.fetch;
    window.fetch = keepAsking(send.bind(window));
    return () => {
      window.fetch = send;
    };
  }, []);
}

declare global {
  interface Window {
    /** Loads the code of a route again where Remix would load the whole page (vite.config.ts). */
    keepLoading?: typeof keepLoading;
  }
}

function useCodeOfPages(): void {
  useEffect(() => {
    window.keepLoading = keepLoading;
    return () => {
      window.keepLoading = undefined;
    };
  }, []);
}

/** Loads the code of the pages beside this one: Remix loads the whole page again when it cannot, and the browser's error page comes. */
function usePagesReady(): void {
  const area = useMatches().at(1)?.id;
  useEffect(() => {
    if (area === undefined) return;
    whenIdle(() => {
      const pages = Object.values(window.__remixManifest.routes).filter(({ parentId }) => parentId === area);
      for (const href of new Set(pages.flatMap(({ module, imports = [] }) => [module, ...imports]))) {
        const link = document.createElement("link");
        link.rel = "modulepreload";
        link.href = href;
        document.head.append(link);
      }
    });
  }, [area]);
}

/** From these React tells a link that it is pointed at. "mouseout" is of the element that the pointer left. */
const INTENTS = ["mouseover", "mouseout", "focusin", "touchstart"];

/** Remix loads the code of a link that is pointed at, and loads the whole page again when that fails. */
function useStillLinks(): void {
  useEffect(() => {
    const keepStill = (event: Event) => {
      const pointedAt =
        event instanceof MouseEvent && event.type === "mouseout" ? event.relatedTarget : event.target;
      const isAway = isOffline() || readWaiting() !== null;
      if (isAway && pointedAt instanceof Element && pointedAt.closest("a[href]")) event.stopPropagation();
    };
    for (const type of INTENTS) window.addEventListener(type, keepStill, true);
    return () => {
      for (const type of INTENTS) window.removeEventListener(type, keepStill, true);
    };
  }, []);
}

const isOffline = () => !navigator.onLine;
