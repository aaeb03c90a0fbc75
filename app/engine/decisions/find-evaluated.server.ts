import { loadOptions } from "~/engine/evaluate/deps.server";
import { AS_STAFF, type EvaluatedUser, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshots } from "~/engine/evaluate/snapshots.server";
import type { Tx } from "~/platform/client.server";
import { type DecisionContext, type Refusal, refuse } from "./handler.server";

/** The user as it stands now, evaluated in this transaction; or the refusal when there is no such user. */
export async function findEvaluated(
  tx: Tx,
  userId: string,
  { evaluation: context }: Pick<DecisionContext, "evaluation">,
): Promise<{ ok: true; user: EvaluatedUser; name: string } | Refusal> {
  const [snapshot] = await loadSnapshots(tx, [userId], loadOptions(context, false), context.rules.fields);
  if (!snapshot) return refuse("not_found", `There is no user ${userId}.`);
  const user = evaluateUser(snapshot, context, AS_STAFF);
  return { ok: true, user, name: snapshot.record.name ?? userId };
}
