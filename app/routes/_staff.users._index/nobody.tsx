import { isFiltered, type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { ButtonLink } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";

/** Three ways of there being nobody: the list has ended, nothing matches, or there are no users at all. */
export function Nobody({ query }: { query: UsersQuery }) {
  if (query.page)
    return (
      <EmptyState
        title="The list ends here"
        action={<ButtonLink to={usersPath(query)}>Go to the first page</ButtonLink>}
      >
        Users on this page have moved or left since the last look.
      </EmptyState>
    );
  if (isFiltered(query))
    return (
      <EmptyState
        title="Nothing matches these filters"
        action={<ButtonLink to="/users">Clear filters</ButtonLink>}
      >
        A whole e-mail address, name, cus_… or sub_… finds a user whatever their state.
      </EmptyState>
    );
  return (
    <EmptyState title="There are no users yet">
      As soon as your application writes a row of User, it is listed here, checked or not.
    </EmptyState>
  );
}
