import { Link } from "@remix-run/react";
import { CornerCount } from "./corner-count";
import { type NavigationItem, useCurrent } from "./navigation";

type NavigationLinksProps = {
  entries: NavigationItem[];
  /** The classes of a link. */
  look: (isCurrent: boolean) => string;
  iconLook: string;
  countLook: string;
  /** The classes of the words; undefined where they stand by themselves. */
  labelLook?: string;
  prefetch?: "intent";
};

/** The links to the pages of the dashboard, the one that is open marked, with what waits there. */
export function NavigationLinks(props: NavigationLinksProps) {
  const { entries, look, iconLook, countLook, labelLook, prefetch } = props;
  const findCurrent = useCurrent();
  return entries.map((entry) => {
    const { to, label, icon: Icon, count } = entry;
    const current = findCurrent(entry);
    return (
      <Link
        key={to}
        to={to}
        aria-current={current}
        prefetch={prefetch}
        title={label}
        className={look(current !== undefined)}
      >
        <Icon className={iconLook} aria-hidden="true" />
        <span className={labelLook}>{label}</span>
        {count > 0 && <CornerCount count={count} className={countLook} />}
      </Link>
    );
  });
}
