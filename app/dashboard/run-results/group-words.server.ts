import type { Taken } from "~/billing/evaluation/taken";
import { VERDICT_CATALOGUE, type Verdict } from "~/billing/verdicts/catalogue";
import { pluralize } from "~/billing/words/counts";
import { listTaken } from "~/billing/words/taken-words";
import { describeRunFailure, explainBlocked } from "~/dashboard/sync-result.server";
import type { RunMode, RunOutcome, RunState } from "~/engine/repair/run-types";

export type DescribedGroup = {
  verdict: Verdict;
  outcome: RunOutcome;
  reason: string | null;
  revokes: boolean;
  taken: readonly Taken[];
  users: number;
};

/** "12 users got access": what was done for users with a verdict that a sync repairs. */
const DONE: Partial<Record<Verdict, string>> = {
  locked_out: "got access",
  unpaid_access: "lost access that was not paid for",
  plan_mismatch: "had their plan and price corrected",
  access_mismatch: "had their workspaces updated",
  status_mismatch: "had their status corrected",
  detail_mismatch: "had their details corrected",
};

/** What the words of a verdict say already; other things that are taken are said beside it. */
const IS_SAID: Partial<Record<Verdict, Taken>> = {
  unpaid_access: "access",
  plan_mismatch: "plan",
  status_mismatch: "status",
};

/** "access or soldiers": what is taken from the users of a group; null when it is said already. */
function nameTaken({ verdict, revokes, taken }: DescribedGroup): string | null {
  if (!revokes || (verdict === "unpaid_access" && taken.length === 0)) return null;
  const unsaid = taken.filter((one) => one !== IS_SAID[verdict]);
  return taken.length > 0 && unsaid.length === 0 ? null : listTaken(unsaid);
}

/** "12 users have paid and are locked out: access will be granted." In the past tense for what was done. */
export function describeGroup(
  described: DescribedGroup,
  { mode, state }: { mode: RunMode; state: RunState },
): string {
  const { verdict, outcome, users, reason } = described;
  const { group, action } = VERDICT_CATALOGUE[verdict];
  const count = pluralize(users, "user");
  const subject = `${count} ${users === 1 ? group.one : group.many}`;
  const taken = nameTaken(described);
  switch (outcome) {
    case "intended":
      if (mode === "apply")
        return state === "running"
          ? `${subject}: Stripe is read again first.`
          : `${subject}. Nothing was changed: the run ended before Stripe was read again.`;
      return `${subject}: ${action}${taken === null ? "" : `, and ${taken} will be removed`}.`;
    case "synced":
      if (mode === "undo")
        return `${count} had their record put back as it was, and ${users === 1 ? "is" : "are"} on hold.`;
      return `${count} ${DONE[verdict] ?? "had their record repaired"}${taken === null ? "" : `, and lost ${taken}`}.`;
    case "blocked":
      return `${subject}. ${explainBlocked(reason)}`;
    case "review":
      return `${subject}: ${users === 1 ? "needs" : "each needs"} a decision.`;
    case "failed":
      return `${subject}, ${describeRunFailure(reason)}. Nothing was changed.`;
    case "not_checked":
      return `${count} could not be checked: Stripe was not read completely.`;
    case "changed_since_preview":
      return `${subject}, but the data changed after the preview. Nothing was changed. Start a new preview.`;
    case "left_out":
      return `${subject}. Nothing was changed: left out by staff.`;
  }
}
