import { type EvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import {
  type DecideOptions,
  type EvaluatedUser,
  evaluateUser,
  toSyncStatus,
} from "~/engine/evaluate/evaluate-users.server";
import type { LoadedSnapshot } from "~/engine/evaluate/snapshots.server";
import { readWrittenRecords, saveSyncStatuses } from "~/engine/evaluate/sync-statuses.server";
import { withWrittenRecord } from "~/engine/evaluate/written-snapshot";
import { dequeueRechecks, forgetRechecks, type QueuedRecheck } from "~/engine/observe/recheck-queue.server";
import type { Tx } from "~/platform/client.server";
import { forEachInSlices, mapInSlices } from "~/platform/event-loop/in-slices";
import { nextVersion } from "~/platform/versions.server";
import { findLostRepairs } from "./lost-repairs.server";
import type { RepairRow } from "./repairs.server";
import type { UserOutcome } from "./user-outcome.server";

/** Evaluated users by their ids. */
export type EvaluatedUsers = Map<string, EvaluatedUser<LoadedSnapshot>>;

type Input = {
  userIds: readonly string[];
  context: EvaluationContext;
  apply: boolean;
  saveStatuses: boolean;
  addressesRead: boolean;
};

/**
 * Replaces each repaired user by its evaluation after the repair, made in memory from what was written. Returns the users
 * whose status another evaluation has saved since ours was loaded: it may have seen more than ours, and the record that it
 * saw differs from what was written, so that the next run finds and evaluates it.
 */
export async function evaluateWritten(
  tx: Tx,
  {
    input,
    options,
    rows,
    users,
  }: { input: Input; options: DecideOptions; rows: ReadonlyMap<string, RepairRow>; users: EvaluatedUsers },
): Promise<Set<string>> {
  const repaired = [...rows].flatMap(([userId, row]) => {
    const evaluated = users.get(userId);
    return evaluated ? [{ userId, row, snapshot: evaluated.snapshot }] : [];
  });
  const [first] = repaired;
  if (first === undefined) return new Set();
  const loadedAt = first.snapshot.stored.version;
  const version = loadedAt === null ? null : await nextVersion(tx);
  const records =
    loadedAt === null
      ? null
      : await readWrittenRecords(
          tx,
          repaired.map(({ userId, row: { after }, snapshot: { record } }) => ({
            ...{ userId, after },
            ...{ email: record.email, emailVerified: record.emailVerified },
          })),
          loadedAt,
          input.context.rules.fields,
        );
  const overtaken = new Set<string>();
  const isSuspect = ({ userId }: { userId: string }) => records?.get(userId)?.isKept === false;
  const { fields } = input.context.rules;
  const loading = { ...loadOptions(input.context, input.addressesRead), version, fields };
  const lost = await findLostRepairs(tx, repaired.filter(isSuspect), loading, (snapshot) =>
    evaluateUser(snapshot, input.context, options),
  );
  await forEachInSlices(repaired, ({ userId, row, snapshot }) => {
    const { recordHash = snapshot.stored.recordHash, isNewer = false } = records?.get(userId) ?? {};
    if (isNewer) overtaken.add(userId);
    const stored = { ...snapshot.stored, recordHash, version };
    const written = withWrittenRecord(
      snapshot,
      { record: row.after, emailLink: row.emailLink, stored },
      loadOptions(input.context, input.addressesRead),
    );
    users.set(userId, lost.get(userId) ?? evaluateUser(written, input.context, options));
  });
  return overtaken;
}

/** Saves the sync statuses, and removes from the recheck queue the users with nothing left to do now. */
export async function saveStatuses(
  tx: Tx,
  { userIds, apply }: Input,
  {
    users,
    outcomes,
    overtaken,
  }: { users: EvaluatedUsers; outcomes: readonly UserOutcome[]; overtaken: ReadonlySet<string> },
): Promise<void> {
  const current = [...users].flatMap(([userId, evaluated]) => (overtaken.has(userId) ? [] : [evaluated]));
  const outdated = await saveSyncStatuses(tx, await mapInSlices(current, toSyncStatus));
  const done = outcomes.flatMap(({ userId, outcome }): QueuedRecheck[] => {
    const generation = users.get(userId)?.snapshot.stored.generation ?? null;
    const isCurrent = !outdated.has(userId) && !overtaken.has(userId);
    return generation !== null && isCurrent && isSettled(outcome, apply) ? [{ userId, generation }] : [];
  });
  await dequeueRechecks(tx, done);
  const deleted = userIds.filter((userId) => !users.has(userId));
  await forgetRechecks(tx, deleted);
}

/** What failed, was not checked, or still has to be read or written must be evaluated again. */
function isSettled(outcome: UserOutcome["outcome"], applied: boolean): boolean {
  if (outcome === "blocked") return applied;
  return outcome === "in_sync" || outcome === "review" || outcome === "synced";
}
