import { isShortSearch, type UsersQuery } from "~/dashboard/users-list/users-query";

/** Explains what a search with one or two letters finds. */
export function SearchHint({ query }: { query: UsersQuery }) {
  if (!isShortSearch(query)) return null;
  return (
    <p className="w-full text-small text-quiet">
      A search with one or two letters finds only email addresses and names that start with them. Enter three
      letters to search anywhere.
    </p>
  );
}
