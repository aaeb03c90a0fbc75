import { useLocation, useRouteLoaderData } from "@remix-run/react";
import { type ReactNode, useEffect, useRef } from "react";
import type { Appearance } from "~/ui/theme/appearance";
import { Alerts } from "./alerts";
import { BottomBar } from "./bottom-bar";
import { type FrameData, useFrameCounts } from "./frame-data";
import { Keyboard } from "./keys/keyboard";
import { listNavigation } from "./navigation";
import { Sidebar } from "./sidebar";
import { TopBar } from "./top-bar";

/** The layout of the dashboard: navigation, top bar and alerts around the page. */
export function Frame({ data, children }: { data: FrameData; children: ReactNode }) {
  const appearance = useRouteLoaderData<{ appearance: Appearance }>("root")?.appearance;
  const counts = useFrameCounts(data);
  const entries = listNavigation(counts);
  const main = useFocusOnNewPage();
  useMoments();
  return (
    <div className="flex min-h-screen">
      <a
        href="#main"
        className="sr-only rounded bg-raised px-3 py-2 text-accent shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to content
      </a>
      <Sidebar entries={entries} stored={appearance?.sidebar ?? "wide"} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar {...data} theme={appearance?.theme ?? "system"} />
        <Alerts frame={data.frame} counts={counts} />
        <main
          id="main"
          ref={main}
          tabIndex={-1}
          className="mx-auto w-full max-w-page flex-1 px-4 pt-5 pb-24 outline-none sm:px-6 sm:pb-12"
        >
          {children}
        </main>
      </div>
      <Keyboard />
      <BottomBar entries={entries} />
    </div>
  );
}

/** Shows the full date and time of relative times, once the page works. */
function useMoments(): void {
  useEffect(() => {
    let end: (() => void) | null = null;
    let isOver = false;
    const begin = async () => {
      const { showMoments } = await import("~/ui/format/show-moments");
      if (!isOver) end = showMoments();
    };
    // Without a connection they stay in the title.
    begin().catch(() => {});
    return () => {
      isOver = true;
      end?.();
    };
  }, []);
}

/** The link of a user's row in the list, where the person was on that user's page. */
function findRow(path: string): HTMLElement | null {
  const id = decodeURIComponent(path.slice("/users/".length));
  return document.querySelector(`tr[data-user="${CSS.escape(id)}"] a[href]`);
}

/**
 * Moves the focus to the main content on a new page, for keyboards and screen readers; back in the list to the user who was open. A
 * filter change is not a new page.
 */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    const row = pathname === "/users" ? findRow(last.current) : null;
    last.current = pathname;
    if (row) row.focus();
    else main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
