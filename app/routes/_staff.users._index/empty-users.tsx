import { hasDeadFilter, isFiltered, type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { ButtonLink } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";
import { describeUnknown } from "../_staff/describe-unknown";

/** Shown if the list is empty: the page has no results, no user matches, or there are no users yet. */
export function EmptyUsers({ query }: { query: UsersQuery }) {
  if (query.page)
    return (
      <EmptyState
        title="No more results"
        action={<ButtonLink to={usersPath(query)}>Go to the first page</ButtonLink>}
      >
        This page is empty. The results changed after you loaded it.
      </EmptyState>
    );
  if (hasDeadFilter(query))
    return (
      <EmptyState
        title="This list has a filter that Parity does not know"
        action={<ButtonLink to={usersPath(query, { unknown: [] })}>Show the list without it</ButtonLink>}
      >
        {describeUnknown(query)} No users are shown, because all of them would not be what was asked for.
      </EmptyState>
    );
  if (isFiltered(query))
    return (
      <EmptyState
        title="No users match these filters"
        action={<ButtonLink to="/users">Clear filters</ButtonLink>}
      >
        Try a full email address, a name, a customer ID (cus_…) or a subscription ID (sub_…).
      </EmptyState>
    );
  return (
    <EmptyState title="No users yet">
      Users are listed here as soon as your application creates them.
    </EmptyState>
  );
}
