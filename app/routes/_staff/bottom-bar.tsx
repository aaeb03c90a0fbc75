import { Link } from "@remix-run/react";
import { classNames } from "~/ui/class-names";
import { CornerCount } from "./corner-count";
import { type NavigationItem, useCurrent } from "./navigation";

/** The navigation at the bottom of the screen on phones. */
export function BottomBar({ entries }: { entries: NavigationItem[] }) {
  const findCurrent = useCurrent();
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 grid auto-cols-fr grid-flow-col border-t border-line bg-raised pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {entries.map((entry) => {
        const { to, label, icon: Icon, count } = entry;
        const current = findCurrent(entry);
        return (
          <Link
            key={to}
            to={to}
            aria-current={current}
            className={classNames(
              // Seven words beside each other have no room on a phone where they are spaced.
              "relative flex min-h-14 flex-col items-center justify-center gap-1 text-small max-[430px]:text-[10px]",
              current ? "font-medium text-accent" : "text-quiet",
            )}
          >
            <Icon className="size-5" aria-hidden="true" />
            {label}
            {count > 0 && <CornerCount count={count} className="absolute top-1 left-1/2 ml-1" />}
          </Link>
        );
      })}
    </nav>
  );
}
