import { Link } from "@remix-run/react";
import { hasDeadFilter, type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { describeUnknown } from "../_staff/describe-unknown";

/** Says what was left out of a filter of which other values are known. */
export function UnknownValues({ query }: { query: UsersQuery }) {
  if (query.unknown.length === 0 || hasDeadFilter(query)) return null;
  return (
    <p className="mb-2 text-small text-quiet">
      {describeUnknown(query)} The list is filtered without it.{" "}
      <Link
        to={usersPath(query, { unknown: [] })}
        className="rounded text-accent underline underline-offset-2"
      >
        Remove it from the address
      </Link>
    </p>
  );
}
