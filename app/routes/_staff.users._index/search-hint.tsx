import { isShortSearch, type UsersQuery } from "~/dashboard/users-list/users-query";

/** What so short a search finds, and what it does not. */
export function SearchHint({ query }: { query: UsersQuery }) {
  if (!isShortSearch(query)) return null;
  return (
    <p className="w-full text-small text-quiet">
      One or two letters find the addresses and names that begin with them. A third one finds them anywhere.
    </p>
  );
}
