import { Link } from "@remix-run/react";
import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { formatCount } from "~/billing/words/counts";
import { buildUsersSearch, type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { buttonClasses } from "~/ui/button";
import { useDeferred } from "~/ui/deferred";

type PaginationProps = {
  query: UsersQuery;
  shown: number;
  offset: number;
  next: string | null;
  previous: string | null;
  /** May arrive after the page. Null if counting took too long. */
  count: number | null | Promise<number | null>;
};

/** The position in the list, and the links to the next and previous page. */
export function Pagination({ query, shown, offset, next, previous, count }: PaginationProps) {
  const total = useDeferred(count, buildUsersSearch({ ...query, page: null }).toString());
  const range = `${formatCount(offset + 1)}–${formatCount(offset + shown)}`;
  return (
    <div className="flex items-center justify-between gap-4 py-3 text-table text-quiet">
      <p className="tabular-nums">
        {range}
        {total !== undefined && ` of ${total === null ? "many" : formatCount(total)}`}
      </p>
      <nav aria-label="Pagination" className="flex gap-1">
        <PageLink
          to={previous && usersPath(query, { page: { side: "before", cursor: previous } })}
          rel="prev"
        >
          <ChevronLeft className="size-4" aria-hidden="true" />
          Previous
        </PageLink>
        <PageLink to={next && usersPath(query, { page: { side: "after", cursor: next } })} rel="next">
          Next
          <ChevronRight className="size-4" aria-hidden="true" />
        </PageLink>
      </nav>
    </div>
  );
}

function PageLink({ to, rel, children }: { to: string | null; rel: "prev" | "next"; children: ReactNode }) {
  const classes = buttonClasses("quiet", "small");
  if (to)
    return (
      <Link to={to} rel={rel} prefetch="intent" className={classes}>
        {children}
      </Link>
    );
  return <span className="inline-flex h-8 items-center gap-1.5 px-2.5 text-faint sm:h-7">{children}</span>;
}
