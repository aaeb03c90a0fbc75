import { NavLink } from "@remix-run/react";
import { classNames } from "~/ui/class-names";
import { CornerCount } from "./corner-count";
import type { NavigationItem } from "./navigation";

/** The navigation at the bottom of the screen on phones. */
export function BottomBar({ entries }: { entries: NavigationItem[] }) {
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 grid auto-cols-fr grid-flow-col border-t border-line bg-raised pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {entries.map(({ to, label, icon: Icon, count }) => (
        <NavLink
          key={to}
          to={to}
          end={to === "/"}
          className={({ isActive }) =>
            classNames(
              "relative flex min-h-14 flex-col items-center justify-center gap-1 text-small",
              isActive ? "font-medium text-accent" : "text-quiet",
            )
          }
        >
          <Icon className="size-5" aria-hidden="true" />
          {label}
          {count > 0 && <CornerCount count={count} className="absolute top-1 left-1/2 ml-1" />}
        </NavLink>
      ))}
    </nav>
  );
}
