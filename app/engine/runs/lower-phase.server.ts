import { judge } from "~/billing/evaluation/judge";
import { DEFAULT_GATES, endCheck } from "~/engine/observe/checks.server";
import { breakerHasRoom } from "~/engine/repair/repairs.server";
import { forgetRunUsers, pendingLowerings, previewedHashes, saveRunUsers } from "./run-users.server";
import { countTick, saveProgress } from "~/engine/repair/runs.server";
import { loadSituations } from "~/engine/evaluate/situations.server";
import { nextStamp } from "~/platform/stamps.server";
import type { How } from "~/stripe/reader.server";
import type { HeldRun, PieceResult } from "./held-run";
import { countsOf, toRunUser } from "./judge-phase.server";
import { customerIdsOf } from "~/engine/evaluate/judge-users.server";
import { type Ground, loadGround, loadOptions, type Parts } from "~/engine/evaluate/parts.server";
import { readAddress } from "~/engine/observe/read-address.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { reconcileUsers } from "~/engine/repair/reconcile-users.server";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";

const BATCH = 20;

/** No single user keeps a run waiting longer. Milliseconds. */
const ONE_USER_MS = 8_000;

/**
 * Does what wants a fresh look at Stripe first: lowerings, each on a complete read of every linked customer that started
 * after it was judged (one request more for each), and, in a tick, links by the address alone. What cannot be read again
 * is left as it is.
 */
export async function lowerPiece(parts: Parts, held: HeldRun): Promise<PieceResult> {
  const { run } = held;
  const pending = await pendingLowerings(parts.db, run.id, run.cursor.afterLoweredId, BATCH);
  const ground = await loadGround(parts.db);
  // At the end of a pass every address is known.
  const isPass = ground.pass?.runId === run.id;
  const { users, byAddress } = await nextOfOneKind(parts, pending, ground, isPass);
  const userIds = users.map(({ userId }) => userId);
  const last = userIds.at(-1);
  if (last === undefined) return endOfLowering(parts, held);
  const automatic = run.actorKind !== "staff";
  const hasRoom = !automatic || (await breakerHasRoom(parts.db, ground.settings.breaker));
  const evidenceAfter = await nextStamp(parts.db);
  const failures =
    hasRoom || byAddress ? await readAgain(parts, held, users, byAddress) : new Map<string, string>();
  for (const [userId, reason] of failures) await endCheck(parts.db, userId, reason, DEFAULT_GATES);
  await reconcileUsers(parts.db, {
    log: parts.log,
    userIds,
    ground,
    actor: { kind: run.actorKind, id: run.actor },
    apply: true,
    keepStandings: true,
    addressesRead: isPass || byAddress,
    evidenceAfter,
    breakerHasRoom: hasRoom,
    previewed: run.previewRunId ? await previewedHashes(parts.db, run.previewRunId, userIds) : null,
    runId: () => Promise.resolve(run.id),
    commit: async (tx, judged) => {
      const outcomes = judged.map((one) => settle(one, failures.get(one.userId) ?? null));
      await saveRunUsers(tx, run.id, outcomes.flatMap(toRunUser));
      // In step after all, or deleted meanwhile.
      const kept = new Set(
        outcomes.flatMap(({ userId, outcome }) => (outcome === "in_step" ? [] : [userId])),
      );
      const over = userIds.filter((userId) => !kept.has(userId));
      await forgetRunUsers(tx, run.id, over);
      const cursor = { ...run.cursor, afterLoweredId: last };
      const progress = { cursor, stripeRequests: held.takeRequestCount(), ...countsOf(outcomes) };
      await saveProgress(tx, run.id, held.owner, held.leaseSeconds, progress);
    },
  });
  return { kind: "on" };
}

/** Whom a tick did not judge, another has: they count as they stand. */
async function endOfLowering(parts: Parts, { run, owner }: HeldRun): Promise<PieceResult> {
  if (run.reach === "tick" && !run.cursor.everyone) await countTick(parts.db, run.id, owner);
  return { kind: "over", failed: null };
}

type Pending = { userId: string; email: string; customerIds: string[] };

/** The next of them that all want the address read, or all do not: they are judged together. Users who exist. */
async function nextOfOneKind(
  parts: Parts,
  userIds: readonly string[],
  ground: Ground,
  isPass: boolean,
): Promise<{ users: Pending[]; byAddress: boolean }> {
  const situations = await loadSituations(parts.db, userIds, loadOptions(ground, false));
  const found = new Map(situations.map((one) => [one.record.userId, one]));
  const users: Pending[] = [];
  let byAddress = false;
  for (const userId of userIds) {
    const situation = found.get(userId);
    const judgement = situation && judge(situation, ground.context);
    const wantsAddress = !isPass && judgement !== undefined && judgement.emailLink !== null;
    if (users.length === 0) byAddress = wantsAddress;
    else if (byAddress !== wantsAddress) break;
    const customerIds = judgement ? customerIdsOf(judgement) : [];
    users.push({ userId, email: situation?.record.email ?? "", customerIds });
  }
  return { users, byAddress };
}

/** Reads every customer of these users, and their address where that is wanted; why, for whom it could not be done. */
async function readAgain(
  parts: Parts,
  held: HeldRun,
  users: readonly Pending[],
  byAddress: boolean,
): Promise<Map<string, string>> {
  const how: How = { ...held.how, deadlineMs: Math.min(held.how.deadlineMs, ONE_USER_MS) };
  const { failures } = await readCustomers(
    parts,
    users.flatMap(({ customerIds }) => customerIds),
    how,
  );
  const failed = new Map<string, string>();
  for (const { userId, email, customerIds } of users) {
    const address = byAddress && email !== "" ? await readAddress(parts, email, how) : { ok: true as const };
    const failure = address.ok
      ? customerIds.map((id) => failures.get(id)).find((one) => one !== undefined)
      : address.failure;
    if (failure) failed.set(userId, failure.reason);
  }
  return failed;
}

/** After its read nothing is merely intended any more: it was done, it failed, or it is withheld. */
function settle(outcome: UserOutcome, failure: string | null): UserOutcome {
  if (outcome.outcome !== "intended") return outcome;
  return failure === null
    ? { ...outcome, outcome: "withheld", reason: "not_read_since" }
    : { ...outcome, outcome: "failed", reason: `lookup_failed: ${failure}` };
}
