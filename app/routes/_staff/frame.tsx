import { useLocation, useRouteLoaderData } from "@remix-run/react";
import { type ReactNode, useEffect, useRef } from "react";
import type { Appearance } from "~/ui/theme/appearance";
import { BottomBar } from "./bottom-bar";
import { DriftBanner } from "./drift-banner";
import { type FrameData, useFrameCounts } from "./frame-data";
import { navigationOf } from "./navigation";
import { Rail } from "./rail";
import { TopBar } from "./top-bar";

/** What stands around every page of the dashboard. */
export function Frame({ data, children }: { data: FrameData; children: ReactNode }) {
  const appearance = useRouteLoaderData<{ appearance: Appearance }>("root")?.appearance;
  const counts = useFrameCounts(data);
  const entries = navigationOf(counts);
  const main = useFocusOnNewPage();
  return (
    <div className="flex min-h-screen">
      <a
        href="#main"
        className="sr-only rounded bg-raised px-3 py-2 text-accent shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to content
      </a>
      <Rail entries={entries} stored={appearance?.rail ?? "wide"} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar {...data} theme={appearance?.theme ?? "system"} />
        <DriftBanner warning={data.frame.warning} counts={counts} />
        <main
          id="main"
          ref={main}
          tabIndex={-1}
          className="mx-auto w-full max-w-page flex-1 px-4 pt-5 pb-24 outline-none sm:px-6 sm:pb-12"
        >
          {children}
        </main>
      </div>
      <BottomBar entries={entries} />
    </div>
  );
}

/** Where a page begins for keyboard and screen reader; a change of filters is no new page. */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
