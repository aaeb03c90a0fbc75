import type { UsersQuery } from "~/dashboard/users-list/users-query";
import { ButtonLink } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";

/** The database was given up on: nothing is said about who fulfils the filters, which can still be changed. */
export function TooSlow({ query }: { query: UsersQuery }) {
  return (
    <EmptyState
      title="This takes the database too long"
      action={<ButtonLink to="/users">Clear filters</ButtonLink>}
    >
      {query.q === ""
        ? "Nothing was found out. Other filters, or fewer at once, may be quicker."
        : "Nothing was found out. More letters of the address or the name, or the whole of it, are quicker."}
    </EmptyState>
  );
}
