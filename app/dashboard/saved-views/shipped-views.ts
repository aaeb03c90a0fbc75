import { LISTED_QUEUES, QUEUES } from "../inbox/queues";
import { EMPTY_QUERY, type UsersQuery, usersPath } from "../users-list/users-query";

export type ShippedView = { name: string; path: string };

const buildPath = (change: Partial<UsersQuery>) => usersPath(EMPTY_QUERY, change);

/** Views of the users table that every installation has: those with the name of a queue are the queue. */
export const SHIPPED_VIEWS: readonly ShippedView[] = [
  ...LISTED_QUEUES.map((queue) => ({
    name: QUEUES[queue].label,
    path: buildPath({ queue, sort: queue === "needs_decision" ? "severity" : "money" }),
  })),
  {
    name: "Several subscriptions or customers",
    path: buildPath({ flags: ["several", "duplicate_customers"] }),
  },
];
