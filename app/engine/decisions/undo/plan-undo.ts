import type { PolicyContext } from "~/billing/evaluation/evaluate";
import { compareAccess } from "~/billing/evaluation/revocation";
import { findTaken, type Taken } from "~/billing/evaluation/taken";
import { findMismatches } from "~/billing/mismatches";
import type { BillingState } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import type { EvaluatedUser } from "~/engine/evaluate/evaluate-users.server";
import type { UndoSkip } from "./undo-skips";

/** What a repair wrote: the record before and after it. */
export type WrittenChange = { before: BillingState; after: BillingState };

export type UndoPlan =
  | { ok: true; target: BillingState; grants: boolean; revokes: boolean; taken: Taken | null }
  | { ok: false; skip: UndoSkip };

type Options = { context: PolicyContext; writeMode: "off" | "grant_only" | "full" };

/**
 * What taking a change back would write: only where the record still is what was written, and never less than what Stripe
 * entitles the user to now, as far as that is known and decided. Pure.
 */
export function planUndo<S extends UserSnapshot>(
  { before, after }: WrittenChange,
  { snapshot, evaluation }: EvaluatedUser<S>,
  { context, writeMode }: Options,
): UndoPlan {
  const { record } = snapshot;
  const skip = (why: UndoSkip): UndoPlan => ({ ok: false, skip: why });
  if (findMismatches(record, after, context.fields).length > 0) return skip("changed_since");
  const target = toTarget(record, before);
  if (findMismatches(record, target, context.fields).length === 0) return skip("changed_since");
  if (writeMode === "off") return skip("writes_off");
  const { accessExpected } = evaluation;
  const compare = (recorded: BillingState) =>
    compareAccess({
      ...context,
      recorded,
      expected: target,
      primary: evaluation.primary?.subscription ?? null,
      accessExpected,
    });
  const { grants, revokes } = compare(record);
  if (!revokes) return { ok: true, target, grants, revokes, taken: null };
  const verdictClass = VERDICT_CATALOGUE[evaluation.verdict].class;
  if (verdictClass === "unchecked") return skip("not_checked");
  if (verdictClass === "review" || evaluation.matches.withholding.length > 0) return skip("undecided");
  const isEntitled = accessExpected || evaluation.comp !== null;
  if (isEntitled && compare(evaluation.expected).revokes) return skip("entitled");
  if (writeMode === "grant_only") return skip("grant_only");
  const taken = findTaken({ before: record, after: target, isEntitled });
  return { ok: true, target, grants, revokes, taken };
}

/** The record as it was. A row of a subscription that the repair made stays: rows are never deleted. */
function toTarget(record: BillingState, before: BillingState): BillingState {
  const known = new Map(before.workspaces.map((workspace) => [workspace.id, workspace]));
  return {
    user: before.user,
    billing: before.billing ?? record.billing,
    workspaces: record.workspaces.map((workspace) => known.get(workspace.id) ?? workspace),
  };
}
