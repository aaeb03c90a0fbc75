import type { RecordFields } from "~/billing/fields";
import { findMismatches, isWorkspaceMismatch } from "~/billing/mismatches";
import type { BillingState } from "~/billing/record";
import type { EvaluatedUser } from "~/engine/evaluate/evaluate-users.server";
import { type LoadedSnapshot, type LoadOptions, loadSnapshots } from "~/engine/evaluate/snapshots.server";
import type { Tx } from "~/platform/client.server";
import type { RowTrouble } from "~/platform/errors.server";
import type { RepairRow } from "./repairs.server";

/**
 * The application's database took what was written for these users without an error, and has not kept it. Thrown, so that nothing of it
 * is committed: neither half a record, nor an audit entry of what was not done.
 */
export class LostRepairs extends Error {
  readonly userIds: ReadonlySet<string>;

  constructor(userIds: ReadonlySet<string>) {
    super(`The database has not kept what was written for ${userIds.size} users`);
    this.userIds = userIds;
  }
}

/** How it is said of each user. */
export const LOST: RowTrouble = {
  state: "not_kept",
  message:
    "what was written is not there: a row security policy or a trigger of the application has undone it",
};

type Evaluated = EvaluatedUser<LoadedSnapshot>;

/**
 * Looks again at records that are not what was written. Where only details were not kept, the user is evaluated as the record
 * stands. Throws LostRepairs where a workspace was not, or what was wrong still is.
 */
export async function findLostRepairs(
  tx: Tx,
  suspects: readonly { userId: string; row: RepairRow }[],
  { fields, ...options }: LoadOptions & { fields: RecordFields | undefined },
  evaluate: (snapshot: LoadedSnapshot) => Evaluated,
): Promise<Map<string, Evaluated>> {
  const stands = new Map<string, Evaluated>();
  const lost = new Set<string>();
  if (suspects.length === 0) return stands;
  const ids = suspects.map(({ userId }) => userId);
  const loaded = new Map(
    (await loadSnapshots(tx, ids, options, fields)).map((snapshot) => [snapshot.record.userId, snapshot]),
  );
  for (const { userId, row } of suspects) {
    const snapshot = loaded.get(userId);
    if (!snapshot) continue;
    const missing = listMissing(snapshot.record, row, fields);
    if (missing.length === 0) continue;
    const evaluated = evaluate(snapshot);
    stands.set(userId, evaluated);
    if (missing.some(isWorkspaceMismatch) || evaluated.evaluation.verdict === row.verdict) lost.add(userId);
  }
  if (lost.size > 0) throw new LostRepairs(lost);
  return stands;
}

/** The same for what was taken back: throws LostRepairs where a workspace, or anything at all, was not kept. */
export async function checkKept(
  tx: Tx,
  rows: readonly RepairRow[],
  { fields, ...options }: LoadOptions & { fields: RecordFields | undefined },
): Promise<void> {
  const ids = rows.map(({ userId }) => userId);
  const loaded = new Map(
    (await loadSnapshots(tx, ids, options, fields)).map(({ record }) => [record.userId, record]),
  );
  const lost = rows.filter((row) => {
    const record = loaded.get(row.userId);
    if (!record) return false;
    const isAsBefore = findMismatches(record, row.before, fields).length === 0;
    return isAsBefore || listMissing(record, row, fields).some(isWorkspaceMismatch);
  });
  if (lost.length > 0) throw new LostRepairs(new Set(lost.map(({ userId }) => userId)));
}

/** What of a repair is not in the record; a workspace that is new since says nothing. */
function listMissing(record: BillingState, { after }: RepairRow, fields: RecordFields | undefined) {
  const written = new Set(after.workspaces.map(({ id }) => id));
  const workspaces = record.workspaces.filter(({ id }) => written.has(id));
  return findMismatches({ ...record, workspaces }, after, fields);
}
