import { Link, useFetcher } from "@remix-run/react";
import { PanelLeft } from "lucide-react";
import { classNames } from "~/ui/class-names";
import type { SidebarWidth } from "~/ui/theme/appearance";
import type { NavigationItem } from "./navigation";
import { NavigationLinks } from "./navigation-links";

const line = "relative flex h-8 items-center gap-2.5 rounded px-2.5 text-table";

const CORNER = "absolute -top-1 -right-1.5";

/** The navigation at the left; only icons when it is narrow, as it always is where a table needs the room. */
export function Sidebar({ entries, stored }: { entries: NavigationItem[]; stored: SidebarWidth }) {
  const fetcher = useFetcher();
  const width = fetcher.formData?.get("sidebar") ?? stored;
  const narrow = width === "narrow";
  return (
    <aside
      className={classNames(
        "sticky top-0 hidden h-screen shrink-0 flex-col border-r border-line bg-sunken px-3 py-4 sm:flex",
        narrow ? "w-15" : "w-15 xl:w-52",
      )}
    >
      <Link
        to="/"
        className="mb-5 flex items-center gap-2.5 rounded px-1 text-text font-semibold tracking-tight"
      >
        <img src="/icon.svg" alt="" width={24} height={24} />
        <span className={narrow ? "sr-only" : "max-xl:sr-only"}>Parity</span>
      </Link>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-0.5">
        <NavigationLinks
          entries={entries}
          look={(isCurrent) =>
            classNames(
              line,
              isCurrent ? "bg-hover font-medium text-ink" : "text-quiet hover:bg-hover hover:text-ink",
            )
          }
          iconLook="size-4 shrink-0"
          labelLook={narrow ? "sr-only" : "flex-1 max-xl:sr-only"}
          countLook={narrow ? CORNER : `${CORNER} xl:static`}
          prefetch="intent"
        />
      </nav>
      <fetcher.Form method="post" action="/appearance" className="max-xl:hidden">
        <button
          type="submit"
          name="sidebar"
          value={narrow ? "wide" : "narrow"}
          className={classNames(line, "w-full text-faint hover:bg-hover hover:text-ink")}
        >
          <PanelLeft className="size-4 shrink-0" aria-hidden="true" />
          <span className={narrow ? "sr-only" : undefined}>
            {narrow ? "Expand sidebar" : "Collapse sidebar"}
          </span>
        </button>
      </fetcher.Form>
    </aside>
  );
}
