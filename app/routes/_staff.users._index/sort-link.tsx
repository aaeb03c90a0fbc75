import { Link } from "@remix-run/react";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { Column } from "~/dashboard/users-list/columns";
import { type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";

/** A column header. The first click sorts by the column, the next one reverses the order. */
export function SortLink({ column, query }: { column: Column; query: UsersQuery }) {
  if (column.sort === null) return column.label;
  const active = query.sort === column.sort;
  const Arrow = query.reversed ? ArrowUp : ArrowDown;
  return (
    <>
      <span className="lg:hidden">{column.label}</span>
      <Link
        to={usersPath(query, { sort: column.sort, reversed: active && !query.reversed })}
        preventScrollReset
        className="group inline-flex min-h-6 items-center gap-1 rounded hover:text-ink max-lg:hidden"
      >
        {column.label}
        <Arrow
          aria-hidden="true"
          className={
            active
              ? "size-3 text-ink"
              : "size-3 opacity-0 group-hover:opacity-50 group-focus-visible:opacity-50"
          }
        />
      </Link>
    </>
  );
}

/** The `aria-sort` value of a column. Undefined if the list is not sorted by it. */
export function chooseAriaSort(column: Column, query: UsersQuery): "ascending" | "descending" | undefined {
  if (column.sort === null || column.sort !== query.sort) return undefined;
  return query.reversed ? "descending" : "ascending";
}
