import type { DecisionKind } from "~/engine/decisions/kinds";

/** What staff can decide about all users of a selection at once. */
export const BULK_DECISIONS = ["hold", "release", "acknowledge"] as const satisfies readonly DecisionKind[];
export type BulkDecision = (typeof BULK_DECISIONS)[number];

/** More users are not decided about at once: each is a decision of its own, with its own audit entry. */
export const MOST_DECIDED_AT_ONCE = 500;
