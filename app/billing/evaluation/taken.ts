import { findWorkspace } from "~/billing/mismatches";
import type { BillingState } from "~/billing/record";
import type { Evaluation } from "./evaluate";

/** What a repair that revokes takes: access as a whole, or only a part of what the user has. */
export const TAKEN = ["access", "seats", "plan", "period", "status"] as const;
export type Taken = (typeof TAKEN)[number];

/** A change of what is recorded, and whether a subscription or free access still entitles the user to access. */
type Change = { before: BillingState; after: BillingState; isEntitled: boolean };

/** Only `locked` is known to mean no access. */
const isLockedOut = ({ workspaces }: BillingState): boolean =>
  workspaces.length > 0 && workspaces.every(({ status }) => status === "locked");

/**
 * What a change that revokes takes from the user, the most first. A status alone may be what the application lets in by, but not where
 * every workspace was locked.
 */
export function findTaken({ before, after, isEntitled }: Change): Taken {
  const pairs = before.workspaces.map((was) => ({ was, is: findWorkspace(after, was) }));
  if (pairs.some(({ was, is }) => was.status !== is.status && is.status === "locked")) return "access";
  if (pairs.some(({ was, is }) => is.seats < was.seats)) return "seats";
  const isSameStatus =
    before.user.subscriptionStatus === after.user.subscriptionStatus &&
    before.billing?.status === after.billing?.status;
  if (!isSameStatus) return isEntitled || isLockedOut(before) ? "status" : "access";
  if (before.user.plan !== after.user.plan || before.billing?.plan !== after.billing?.plan) return "plan";
  return "period";
}

type Judged = Pick<Evaluation, "accessExpected" | "comp">;

/** Does anything say that the user is to have access? */
export const isEntitled = ({ accessExpected, comp }: Judged): boolean => accessExpected || comp !== null;
