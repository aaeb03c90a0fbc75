import type { Repair } from "~/billing/evaluation/decide";
import type { OrderStamp } from "~/billing/observation";
import type { Database, Tx } from "~/platform/client.server";
import { rowTroubleOf } from "~/platform/errors.server";
import { clearMarks, forgetMarks, type Mark } from "~/engine/observe/marks.server";
import {
  type AccessGiven,
  breakerRoom,
  busyUsers,
  type ChangeActor,
  holdObservations,
  lockRecords,
  type RepairRow,
  writeRepairs,
} from "./repairs.server";
import { type LoadedSituation, loadSituations } from "~/engine/evaluate/situations.server";
import { nextStamp } from "~/platform/stamps.server";
import { saveStandings } from "~/engine/evaluate/standings.server";
import type { Log } from "~/platform/log.server";
import { customerIdsOf, type Judged, judgeOne, repairOf, standingOf } from "~/engine/evaluate/judge-users.server";
import { type Ground, loadOptions } from "~/engine/evaluate/parts.server";
import { isPreviewed, type UserOutcome, userOutcomeOf } from "./user-outcome.server";

export type ReconcileInput = {
  log: Log;
  userIds: readonly string[];
  /**
   * These users as loaded just now, with an order stamp, on this ground: the first look is spared. Whom there is something
   * to write for is loaded and judged again under the lock all the same.
   */
  loaded?: readonly LoadedSituation[];
  ground: Ground;
  actor: ChangeActor;
  /** Write repairs; otherwise only judge. */
  apply: boolean;
  /** Write standings; a preview from what is stored writes nothing at all. */
  keepStandings: boolean;
  /** The users' addresses were read just now, or this is the end of a pass. */
  addressesRead: boolean;
  confirmed?: { override: boolean } | null;
  /** False when it is known already that the circuit breaker has no room. */
  breakerHasRoom?: boolean;
  /** Only changes that still have the hash that was previewed; null: all. */
  previewed?: ReadonlyMap<string, string> | null;
  /** Only complete reads that started after this are evidence for a lowering. */
  evidenceAfter?: OrderStamp | null;
  stripeRequestIds?: ReadonlyMap<string, string>;
  /** The run that changes are recorded under; asked for only when there is something to write. */
  runId: (tx: Tx) => Promise<string>;
  /** Work that must be committed together with the repairs: progress, cursors. */
  commit?: (tx: Tx, outcomes: readonly UserOutcome[]) => Promise<void>;
};

const LOCK_TIMEOUT_MS = 3_000;

/**
 * Judges users and repairs them, the same for one as for a thousand. Candidates are found without a lock; then, in one
 * transaction, their records are locked, judged again as they now are, written, audited, and judged once more for
 * their standing. A batch that one row spoils goes on without those that are locked, or (a unique key) is halved until
 * that row stands alone.
 */
export async function reconcileUsers(db: Database, input: ReconcileInput): Promise<UserOutcome[]> {
  try {
    const { outcomes, given } = await db.$transaction((tx) => reconcileBatch(tx, input));
    logGiven(input, given);
    return outcomes;
  } catch (error) {
    const sqlState = rowTroubleOf(error);
    if (sqlState === null) throw error;
    const pieces = await reconcileInPieces(db, { ...input, commit: undefined, loaded: undefined }, sqlState);
    if (input.commit) await db.$transaction((tx) => input.commit?.(tx, pieces) ?? Promise.resolve());
    return pieces;
  }
}

async function reconcileInPieces(
  db: Database,
  input: ReconcileInput,
  sqlState: string,
): Promise<UserOutcome[]> {
  const { userIds } = input;
  if (userIds.length === 1) return judgedOnly(db, input, sqlState);
  const outcomes: UserOutcome[] = [];
  const busy = sqlState === LOCK_NOT_GOT ? await db.$transaction((tx) => busyUsers(tx, userIds)) : null;
  if (busy && busy.size > 0) {
    const free = userIds.filter((id) => !busy.has(id));
    outcomes.push(...(await reconcileUsers(db, { ...input, userIds: free })));
    outcomes.push(...(await judgedOnly(db, { ...input, userIds: [...busy] }, sqlState)));
    return outcomes;
  }
  const middle = Math.ceil(userIds.length / 2);
  for (const half of [userIds.slice(0, middle), userIds.slice(middle)])
    outcomes.push(...(await reconcileUsers(db, { ...input, userIds: half })));
  return outcomes;
}

const LOCK_NOT_GOT = "55P03";

/** What a batch came to; `given` to whom, and under which run. */
type Batch = { outcomes: UserOutcome[]; given: (AccessGiven & { runId: string })[] };

/** From payment to access, the figure that all of this is for; said once it is committed. */
function logGiven({ log, actor }: ReconcileInput, given: Batch["given"]): void {
  for (const { userId, seconds, runId } of given)
    log.info(
      { userId, layer: actor.kind, seconds: Math.round(seconds * 1_000) / 1_000, runId },
      "access given",
    );
}

/** Judges without writing the record: those who would have been repaired have failed, the others are as they are. */
async function judgedOnly(db: Database, input: ReconcileInput, sqlState: string): Promise<UserOutcome[]> {
  const reason = sqlState === LOCK_NOT_GOT ? "record_busy" : `database_${sqlState}`;
  const { outcomes } = await db.$transaction((tx) => reconcileBatch(tx, { ...input, apply: false }));
  const isDue = ({ outcome, needs }: UserOutcome) => outcome === "intended" && needs === null;
  return outcomes.map((one) => (isDue(one) ? { ...one, outcome: "failed", reason } : one));
}

async function reconcileBatch(tx: Tx, input: ReconcileInput): Promise<Batch> {
  // Each load after a stamp of its own: a judgement that has seen less never replaces one that has seen more.
  const load = async (userIds: readonly string[]) => {
    const stamp = input.keepStandings ? await nextStamp(tx) : null;
    return loadSituations(tx, userIds, { ...loadOptions(input.ground, input.addressesRead), stamp });
  };
  const how = {
    automatic: input.actor.kind !== "staff",
    breakerHasRoom: input.breakerHasRoom ?? true,
    confirmed: input.confirmed ?? null,
    evidenceAfter: input.evidenceAfter ?? null,
  };
  const first = input.loaded ?? (await load(input.userIds));
  const judged = new Map(
    first.map((situation) => [situation.record.userId, judgeOne(situation, input.ground, how)]),
  );
  const candidates = input.apply ? [...judged.values()].filter((one) => mayWrite(one, input)) : [];
  const before = new Map(judged);
  const written = new Map<string, RepairRow>();
  let given: Batch["given"] = [];
  if (candidates.length > 0) {
    const ids = candidates.map(({ situation }) => situation.record.userId);
    await lockRecords(tx, ids, LOCK_TIMEOUT_MS);
    const customerIds = candidates.flatMap(({ judgement }) => customerIdsOf(judgement));
    await holdObservations(tx, customerIds);
    let room: number | null = null;
    for (const situation of await load(ids)) {
      let again = judgeOne(situation, input.ground, how);
      // Asked for only where it comes to a lowering: the count is made under a lock that all servers share.
      if (how.automatic && repairOf(again.decision)?.lowers) {
        room ??= await breakerRoom(tx, input.ground.settings.breaker, candidates.length);
        if (room <= 0) again = judgeOne(situation, input.ground, { ...how, breakerHasRoom: false });
      }
      before.set(situation.record.userId, again);
      judged.set(situation.record.userId, again);
      const repair = mayWrite(again, input) ? repairOf(again.decision) : null;
      if (!repair) continue;
      if (repair.lowers && room !== null) room -= 1;
      written.set(situation.record.userId, toRow(again, repair, input.stripeRequestIds));
    }
    const rows = [...written.values()];
    if (rows.length > 0) {
      const runId = await input.runId(tx);
      given = (await writeRepairs(tx, runId, input.actor, rows)).map((one) => ({ ...one, runId }));
      for (const situation of await load([...written.keys()]))
        judged.set(situation.record.userId, judgeOne(situation, input.ground, how));
    }
  }
  const outcomes = [...judged.entries()].map(([userId, after]): UserOutcome => {
    const was = before.get(userId) ?? after;
    const row = written.get(userId) ?? null;
    return userOutcomeOf({ userId, was, after, row, previewed: input.previewed ?? null });
  });
  if (input.keepStandings) await keep(tx, judged, outcomes, input);
  await input.commit?.(tx, outcomes);
  return { outcomes, given };
}

/** Keeps the standings, and takes away the marks of those about whom nothing is left to be done now. */
async function keep(
  tx: Tx,
  judged: ReadonlyMap<string, Judged<LoadedSituation>>,
  outcomes: readonly UserOutcome[],
  { userIds, apply }: ReconcileInput,
): Promise<void> {
  const outdated = await saveStandings(tx, [...judged.values()].map(standingOf));
  const seen = outcomes.flatMap(({ userId, outcome }): Mark[] => {
    const marks = judged.get(userId)?.situation.kept.marks ?? null;
    return marks === null || outdated.has(userId) || !isSettled(outcome, apply) ? [] : [{ userId, marks }];
  });
  await clearMarks(tx, seen);
  const deleted = userIds.filter((userId) => !judged.has(userId));
  await forgetMarks(tx, deleted);
}

/** What was failed, not checked, or is still to be read or written wants to be judged again. */
function isSettled(outcome: UserOutcome["outcome"], applied: boolean): boolean {
  if (outcome === "withheld") return applied;
  return outcome === "in_step" || outcome === "review" || outcome === "synced";
}

/** Is there something to write for this user, and is it what was previewed? */
function mayWrite(judged: Judged, { previewed }: ReconcileInput): boolean {
  if (repairOf(judged.decision) === null) return false;
  return !previewed || isPreviewed(judged, previewed);
}

function toRow(
  { situation, judgement }: Judged,
  { after, raises, lowers }: Repair,
  requestIds: ReadonlyMap<string, string> | undefined,
): RepairRow {
  const { userId, user, billing, workspaces } = situation.record;
  const customerId = judgement.counting?.subscription.customerId;
  return {
    userId,
    verdict: judgement.verdict,
    before: { user, billing, workspaces },
    after: { user: after.user, billing: after.billing, workspaces: after.workspaces },
    raises,
    lowers,
    stripeRequestId: (customerId && requestIds?.get(customerId)) || null,
    payment: raises ? paymentOf(judgement) : null,
    emailLink: judgement.emailLink,
  };
}

/** The payment behind an access that is expected; null when nothing was paid for it. */
function paymentOf({ accessExpected, counting }: Judged["judgement"]): RepairRow["payment"] {
  if (!accessExpected || counting === null) return null;
  const { subscription, item } = counting;
  return { customerId: subscription.customerId, periodStart: item?.periodStart ?? subscription.startDate };
}
