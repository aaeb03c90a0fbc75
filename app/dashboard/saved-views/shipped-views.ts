import { REVIEW_VERDICTS, VERDICTS } from "~/billing/verdicts/catalogue";
import { EMPTY_QUERY, type UsersQuery, usersPath } from "../users-list/users-query";

export type ShippedView = { name: string; path: string };

const buildPath = (change: Partial<UsersQuery>) => usersPath(EMPTY_QUERY, change);

/** Views of the users table that every installation has. */
export const SHIPPED_VIEWS: readonly ShippedView[] = [
  { name: "Locked out", path: buildPath({ verdicts: ["locked_out"], sort: "money" }) },
  { name: "Unpaid access", path: buildPath({ verdicts: ["unpaid_access"], sort: "money" }) },
  {
    name: "Needs a decision",
    path: buildPath({ verdicts: VERDICTS.filter((verdict) => REVIEW_VERDICTS.has(verdict)) }),
  },
  { name: "Paying twice", path: buildPath({ flags: ["several", "duplicate_customers"] }) },
];
