import { evaluate } from "~/billing/evaluation/evaluate";
import {
  type Deps,
  type EvaluationContext,
  loadEvaluationContext,
  loadOptions,
} from "~/engine/evaluate/deps.server";
import { listCustomersToRead } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshots } from "~/engine/evaluate/snapshots.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { DEFAULT_GATES, endCheck } from "~/engine/observe/user-checks.server";
import { reconcileUsers } from "~/engine/repair/reconcile-users.server";
import { revocationLimitHasRoom } from "~/engine/repair/revocation-limit.server";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";
import { type RunSession, readCursor, type StepResult } from "~/engine/runs/run-session.server";
import {
  deleteRunUsers,
  listUsersToReadAgain,
  loadPreviewed,
  saveRunUsers,
  toRunUser,
} from "~/engine/runs/run-users.server";
import { nextVersion } from "~/platform/versions.server";
import type { RequestOptions } from "~/stripe/reader.server";
import { countOutcomes, countSkippedUsers } from "./count-users.server";

const BATCH = 20;

/** No single user keeps a run waiting longer. Milliseconds. */
const ONE_USER_MS = 8_000;

/**
 * Does what needs a fresh read of Stripe: revocations, each on a complete read of every linked customer that started after
 * it was evaluated (one more request for each). What cannot be read again is left as it is.
 */
export async function runRevocationPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const cursor = readCursor(run, "revoke");
  const userIds = await listUsersToReadAgain(deps.db, run.id, cursor.afterUserId, BATCH);
  const context = await loadEvaluationContext(deps.db);
  const last = userIds.at(-1);
  if (last === undefined) return endRevocationPhase(deps, session, cursor.allUsers);
  const automatic = run.actor.kind !== "staff";
  const hasRoom = !automatic || (await revocationLimitHasRoom(deps.db, context.settings.revocationLimit));
  const evidenceAfter = await nextVersion(deps.db);
  const failures = hasRoom
    ? await readUsersAgain(deps, session, await findLinkedCustomers(deps, userIds, context))
    : new Map<string, string>();
  if (session.isStopped()) return { kind: "continue" };
  for (const [userId, reason] of failures) await endCheck(deps.db, userId, reason, DEFAULT_GATES);
  await reconcileUsers(deps.db, {
    log: deps.log,
    userIds,
    context,
    actor: run.actor,
    apply: true,
    saveStatuses: true,
    // A run over all users has read all customers, or every event since.
    addressesRead: run.scope !== "selection",
    evidenceAfter,
    revocationLimitHasRoom: hasRoom,
    previewed: await loadPreviewed(deps.db, run, userIds),
    bulk: true,
    typedReason: run.typedReason,
    run: { id: run.id },
    commit: async (tx, evaluated) => {
      const outcomes = evaluated.map((one) => concludeOutcome(one, failures.get(one.userId) ?? null));
      await saveRunUsers(
        tx,
        run.id,
        outcomes.flatMap((outcome) => toRunUser(outcome, run.mode)),
      );
      // In sync after all, or deleted meanwhile.
      const kept = new Set(
        outcomes.flatMap(({ userId, outcome }) => (outcome === "in_sync" ? [] : [userId])),
      );
      const over = userIds.filter((userId) => !kept.has(userId));
      await deleteRunUsers(tx, run.id, over);
      await session.commit(tx, { cursor: { ...cursor, afterUserId: last }, ...countOutcomes(outcomes) });
    },
  });
  return { kind: "continue" };
}

/** Users that an incremental run did not evaluate have a stored status: they are counted by it. */
async function endRevocationPhase(
  deps: Deps,
  { run, owner }: RunSession,
  allUsers: boolean,
): Promise<StepResult> {
  if (run.scope === "incremental" && !allUsers) await countSkippedUsers(deps.db, run.id, owner);
  return { kind: "finished", failure: null };
}

type Pending = { userId: string; customerIds: string[] };

/** These users with the customers that belong to them. A user that does not exist any more is among them, without customers. */
async function findLinkedCustomers(
  deps: Deps,
  userIds: readonly string[],
  context: EvaluationContext,
): Promise<Pending[]> {
  const snapshots = await loadSnapshots(deps.db, userIds, loadOptions(context, true), context.rules.fields);
  const found = new Map(snapshots.map((one) => [one.record.userId, one]));
  return userIds.map((userId) => {
    const snapshot = found.get(userId);
    return { userId, customerIds: snapshot ? listCustomersToRead(evaluate(snapshot, context.rules)) : [] };
  });
}

/** Reads every customer of these users; by user, why it could not be read. */
async function readUsersAgain(
  deps: Deps,
  session: RunSession,
  users: readonly Pending[],
): Promise<Map<string, string>> {
  const { requestOptions } = session;
  const options: RequestOptions = {
    ...requestOptions,
    deadlineMs: Math.min(requestOptions.deadlineMs, ONE_USER_MS),
  };
  const { failures } = await readCustomers(
    deps,
    users.flatMap(({ customerIds }) => customerIds),
    options,
  );
  const failed = new Map<string, string>();
  for (const { userId, customerIds } of users) {
    const failure = customerIds.map((id) => failures.get(id)).find((one) => one !== undefined);
    if (failure) failed.set(userId, failure.reason);
  }
  return failed;
}

/** After its fresh read nothing is merely intended any more: it was done, it failed, or it is blocked. */
function concludeOutcome(outcome: UserOutcome, failure: string | null): UserOutcome {
  if (outcome.outcome !== "intended") return outcome;
  return failure === null
    ? { ...outcome, outcome: "blocked", reason: "not_read_since" }
    : { ...outcome, outcome: "failed", reason: `lookup_failed: ${failure}` };
}
