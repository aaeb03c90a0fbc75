import { Link, NavLink, useFetcher } from "@remix-run/react";
import { PanelLeft } from "lucide-react";
import { classNames } from "~/ui/class-names";
import type { SidebarWidth } from "~/ui/theme/appearance";
import type { NavigationItem } from "./navigation";

const line = "relative flex h-8 items-center gap-2.5 rounded px-2.5 text-table motion-safe:transition-colors";

/** The navigation at the left; only icons when it is narrow, as it always is on a tablet. */
export function Sidebar({ entries, stored }: { entries: NavigationItem[]; stored: SidebarWidth }) {
  const fetcher = useFetcher();
  const width = fetcher.formData?.get("sidebar") ?? stored;
  const narrow = width === "narrow";
  return (
    <aside
      className={classNames(
        "sticky top-0 hidden h-screen shrink-0 flex-col border-r border-line bg-sunken px-3 py-4 sm:flex",
        narrow ? "w-15" : "w-15 lg:w-52",
      )}
    >
      <Link
        to="/"
        className="mb-5 flex items-center gap-2.5 rounded px-1 text-text font-semibold tracking-tight"
      >
        <img src="/icon.svg" alt="" width={24} height={24} />
        <span className={narrow ? "sr-only" : "max-lg:sr-only"}>Parity</span>
      </Link>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-0.5">
        {entries.map(({ to, label, icon: Icon, count }) => (
          <NavLink
            key={to}
            to={to}
            end={to === "/"}
            prefetch="intent"
            title={label}
            className={({ isActive }) =>
              classNames(
                line,
                isActive ? "bg-hover font-medium text-ink" : "text-quiet hover:bg-hover hover:text-ink",
              )
            }
          >
            <Icon className="size-4 shrink-0" aria-hidden="true" />
            <span className={narrow ? "sr-only" : "flex-1 max-lg:sr-only"}>{label}</span>
            {count > 0 && <CountBadge count={count} narrow={narrow} />}
          </NavLink>
        ))}
      </nav>
      <fetcher.Form method="post" action="/appearance" className="max-lg:hidden">
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

function CountBadge({ count, narrow }: { count: number; narrow: boolean }) {
  const corner = "absolute -top-0.5 left-5 px-1";
  const side = "max-lg:absolute max-lg:-top-0.5 max-lg:left-5 max-lg:px-1 lg:px-1.5";
  return (
    <span
      className={classNames(
        "rounded-full bg-review-soft text-small text-review tabular-nums",
        narrow ? corner : side,
      )}
    >
      {count}
      <span className="sr-only"> waiting</span>
    </span>
  );
}
