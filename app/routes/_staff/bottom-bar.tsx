import { classNames } from "~/ui/class-names";
import type { NavigationItem } from "./navigation";
import { NavigationLinks } from "./navigation-links";

/** The navigation at the bottom of the screen on phones. */
export function BottomBar({ entries }: { entries: NavigationItem[] }) {
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 grid auto-cols-fr grid-flow-col border-t border-line bg-raised pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      <NavigationLinks
        entries={entries}
        look={(isCurrent) =>
          classNames(
            // Seven words beside each other have no room on a phone where they are spaced.
            "relative flex min-h-14 flex-col items-center justify-center gap-1 text-small max-[430px]:text-[10px]",
            isCurrent ? "font-medium text-accent" : "text-quiet",
          )
        }
        iconLook="size-5"
        countLook="absolute top-1 left-1/2 ml-1"
      />
    </nav>
  );
}
