import { evaluate } from "~/billing/evaluation/evaluate";
import {
  type Deps,
  type EvaluationContext,
  loadEvaluationContext,
  loadOptions,
} from "~/engine/evaluate/deps.server";
import { customerIdsOf } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshots } from "~/engine/evaluate/snapshots.server";
import { DEFAULT_GATES, endCheck } from "~/engine/observe/checks.server";
import { readAddress } from "~/engine/observe/read-address.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { reconcileUsers } from "~/engine/repair/reconcile-users.server";
import { revocationLimitHasRoom } from "~/engine/repair/repairs.server";
import { countSkippedUsers, saveProgress } from "~/engine/repair/runs.server";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";
import { nextVersion } from "~/platform/stamps.server";
import type { RequestOptions } from "~/stripe/reader.server";
import { countsOf, toRunUser } from "./evaluate-phase.server";
import type { RunSession, StepResult } from "./run-session";
import { forgetRunUsers, pendingRevocations, previewedHashes, saveRunUsers } from "./run-users.server";

const BATCH = 20;

/** No single user keeps a run waiting longer. Milliseconds. */
const ONE_USER_MS = 8_000;

/**
 * Does what wants a fresh look at Stripe first: revocations, each on a complete read of every linked customer that started
 * after it was evaluated (one request more for each), and, in a tick, links by the address alone. What cannot be read again
 * is left as it is.
 */
export async function runRevocationPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const pending = await pendingRevocations(deps.db, run.id, run.cursor.afterLoweredId, BATCH);
  const ground = await loadEvaluationContext(deps.db);
  // At the end of a pass every address is known.
  const isPass = ground.pass?.runId === run.id;
  const { users, byAddress } = await nextOfOneKind(deps, pending, ground, isPass);
  const userIds = users.map(({ userId }) => userId);
  const last = userIds.at(-1);
  if (last === undefined) return endRevocationPhase(deps, session);
  const automatic = run.actorKind !== "staff";
  const hasRoom = !automatic || (await revocationLimitHasRoom(deps.db, ground.settings.revocationLimit));
  const evidenceAfter = await nextVersion(deps.db);
  const failures =
    hasRoom || byAddress ? await readAgain(deps, session, users, byAddress) : new Map<string, string>();
  for (const [userId, reason] of failures) await endCheck(deps.db, userId, reason, DEFAULT_GATES);
  await reconcileUsers(deps.db, {
    log: deps.log,
    userIds,
    ground,
    actor: { kind: run.actorKind, id: run.actor },
    apply: true,
    saveStatuses: true,
    addressesRead: isPass || byAddress,
    evidenceAfter,
    revocationLimitHasRoom: hasRoom,
    previewed: run.previewRunId ? await previewedHashes(deps.db, run.previewRunId, userIds) : null,
    runId: () => Promise.resolve(run.id),
    commit: async (tx, evaluated) => {
      const outcomes = evaluated.map((one) => settle(one, failures.get(one.userId) ?? null));
      await saveRunUsers(tx, run.id, outcomes.flatMap(toRunUser));
      // In sync after all, or deleted meanwhile.
      const kept = new Set(
        outcomes.flatMap(({ userId, outcome }) => (outcome === "in_sync" ? [] : [userId])),
      );
      const over = userIds.filter((userId) => !kept.has(userId));
      await forgetRunUsers(tx, run.id, over);
      const cursor = { ...run.cursor, afterLoweredId: last };
      const progress = { cursor, stripeRequests: session.takeRequestCount(), ...countsOf(outcomes) };
      await saveProgress(tx, run.id, session.owner, session.leaseSeconds, progress);
    },
  });
  return { kind: "on" };
}

/** Whom a tick did not evaluate, another has: they count as they stand. */
async function endRevocationPhase(deps: Deps, { run, owner }: RunSession): Promise<StepResult> {
  if (run.scope === "incremental" && !run.cursor.everyone) await countSkippedUsers(deps.db, run.id, owner);
  return { kind: "over", failed: null };
}

type Pending = { userId: string; email: string; customerIds: string[] };

/** The next of them that all want the address read, or all do not: they are evaluated together. Users who exist. */
async function nextOfOneKind(
  deps: Deps,
  userIds: readonly string[],
  ground: EvaluationContext,
  isPass: boolean,
): Promise<{ users: Pending[]; byAddress: boolean }> {
  const snapshots = await loadSnapshots(deps.db, userIds, loadOptions(ground, false));
  const found = new Map(snapshots.map((one) => [one.record.userId, one]));
  const users: Pending[] = [];
  let byAddress = false;
  for (const userId of userIds) {
    const snapshot = found.get(userId);
    const evaluation = snapshot && evaluate(snapshot, ground.context);
    const wantsAddress = !isPass && evaluation !== undefined && evaluation.emailLink !== null;
    if (users.length === 0) byAddress = wantsAddress;
    else if (byAddress !== wantsAddress) break;
    const customerIds = evaluation ? customerIdsOf(evaluation) : [];
    users.push({ userId, email: snapshot?.record.email ?? "", customerIds });
  }
  return { users, byAddress };
}

/** Reads every customer of these users, and their address where that is wanted; why, for whom it could not be done. */
async function readAgain(
  deps: Deps,
  session: RunSession,
  users: readonly Pending[],
  byAddress: boolean,
): Promise<Map<string, string>> {
  const how: RequestOptions = { ...session.how, deadlineMs: Math.min(session.how.deadlineMs, ONE_USER_MS) };
  const { failures } = await readCustomers(
    deps,
    users.flatMap(({ customerIds }) => customerIds),
    how,
  );
  const failed = new Map<string, string>();
  for (const { userId, email, customerIds } of users) {
    const address = byAddress && email !== "" ? await readAddress(deps, email, how) : { ok: true as const };
    const failure = address.ok
      ? customerIds.map((id) => failures.get(id)).find((one) => one !== undefined)
      : address.failure;
    if (failure) failed.set(userId, failure.reason);
  }
  return failed;
}

/** After its read nothing is merely intended any more: it was done, it failed, or it is blocked. */
function settle(outcome: UserOutcome, failure: string | null): UserOutcome {
  if (outcome.outcome !== "intended") return outcome;
  return failure === null
    ? { ...outcome, outcome: "blocked", reason: "not_read_since" }
    : { ...outcome, outcome: "failed", reason: `lookup_failed: ${failure}` };
}
