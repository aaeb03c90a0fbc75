import type { UsersQuery } from "~/dashboard/users-list/users-query";
import { ButtonLink } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";

/** Shown if the database query timed out. The filters can still be changed. */
export function QueryTimeout({ query }: { query: UsersQuery }) {
  return (
    <EmptyState title="The query timed out" action={<ButtonLink to="/users">Clear filters</ButtonLink>}>
      {query.q === "" ? "Try fewer filters." : "Enter more of the email address or name."}
    </EmptyState>
  );
}
