import { useRef } from "react";
import type { UserRow } from "~/dashboard/user-page/shorten";

/**
 * Keeps the rows where they are while the same page of the list is shown: a row that was synced stays, with what is known of it
 * now, also when it no longer matches the filters. `pageKey` changes with each navigation.
 */
export function useStableRows(users: UserRow[], pageKey: string): UserRow[] {
  const shown = useRef({ pageKey, rows: users });
  if (shown.current.pageKey !== pageKey) shown.current = { pageKey, rows: users };
  const fresh = new Map(users.map((user) => [user.userId, user]));
  const rows = shown.current.rows.map((row) => fresh.get(row.userId) ?? row);
  shown.current = { pageKey, rows };
  return rows;
}
