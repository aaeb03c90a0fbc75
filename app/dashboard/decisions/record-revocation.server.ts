import type { Actor } from "~/engine/account/actor";
import { nameActor } from "~/engine/decisions/handler.server";
import { acknowledgeIfSame } from "~/engine/decisions/handlers/acknowledge.server";
import { insertDecision, type StoredDecision } from "~/engine/decisions/store.server";
import { loadEvaluationContext } from "~/engine/evaluate/deps.server";
import type { RevocationApproval } from "~/engine/evaluate/evaluate-users.server";
import { enqueueRechecks } from "~/engine/observe/recheck-queue.server";
import type { SyncInput } from "~/engine/sync/sync-user.server";
import { maskText } from "~/platform/mask.server";

type Approved = { userId: string; actor: Actor; approval: RevocationApproval };

/**
 * Records an approved revocation as a decision, in the transaction that takes the access. Where nothing is taken, nothing was
 * decided: `read` gives null.
 */
export function createRevocationRecorder({ userId, actor, approval }: Approved) {
  let decision: StoredDecision | null = null;
  const commit: NonNullable<SyncInput["commit"]> = async (tx, [outcome], runId) => {
    // A transaction that is repeated begins anew.
    decision = null;
    if (outcome?.outcome !== "synced" || !outcome.revokes) return;
    decision = await insertDecision(tx, {
      kind: approval.override ? "override" : "revoke",
      subject: { userId, ...(runId !== null && { runId }) },
      ...{ actor, reason: approval.reason || null, undoes: null, before: null },
      after: { override: approval.override },
    });
    // The question that the override answers would stand in the Inbox for ever: nothing is left that could be taken.
    await acknowledgeIfSame(
      tx,
      { userId, verdict: outcome.before.evaluation.verdict },
      {
        ...{ evaluation: await loadEvaluationContext(tx), actor, actorName: nameActor(actor) },
        reason: maskText(approval.reason),
      },
    );
    await enqueueRechecks(tx, [userId]);
  };
  return { commit, read: () => decision };
}
