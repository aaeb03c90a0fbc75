import { formatCount } from "~/billing/words/counts";

/** More are behind a link: a user may have thousands of workspaces, and a customer thousands of users. */
export const MOST_LISTED = 20;

/** "…, and 5,980 more": of what was changed for one user. */
export function shortenLines(lines: string[]): string[] {
  const rest = lines.length - MOST_LISTED;
  return rest <= 1 ? lines : [...lines.slice(0, MOST_LISTED), `and ${formatCount(rest)} more`];
}
