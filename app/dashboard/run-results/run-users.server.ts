import { z } from "zod";
import { findTaken, type Taken } from "~/billing/evaluation/taken";
import type { RecordFields } from "~/billing/fields";
import type { MonthlyMoney } from "~/billing/money";
import type { EpochSeconds } from "~/billing/observation";
import { VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { type ChangedValue, listChangedValues } from "~/billing/words/change-words";
import { loadApplication } from "~/engine/account/application.server";
import { trimBlanks } from "~/engine/account/customer-owners.server";
import { listRunChanges, type RunChange } from "~/engine/repair/changes.server";
import type { RunOutcome } from "~/engine/repair/run-types";
import type { RunRow } from "~/engine/repair/runs.server";
import { parseGroupKey } from "~/engine/runs/run-groups";
import { type ListedRunUser, listRunUsers } from "~/engine/runs/run-users.server";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { describeGroup } from "./group-words.server";

export type RunUserView = {
  userId: string;
  email: string;
  name: string | null;
  verdict: Verdict;
  outcome: RunOutcome;
  reason: string | null;
  grants: boolean;
  revokes: boolean;
  /** What is taken from the user, or was; null when nothing is. */
  taken: Taken | null;
  /** What the run changed, or what a preview intends; empty for others. */
  changes: ChangedValue[];
  money: MonthlyMoney | null;
  /** When it was changed; null when it was not. */
  changedAt: EpochSeconds | null;
  /** What the person typed who decided it. */
  typedReason: string | null;
  sentence: string;
};

export type RunUsersInput = { group?: string; after?: string; limit: number };

/** A page of the users of a run; `next`: the cursor of the next page, null at the end. */
export async function loadRunUsers(
  db: Database,
  run: RunRow,
  { group, after, limit }: RunUsersInput,
): Promise<{ users: RunUserView[]; next: string | null }> {
  const listed = await listRunUsers(db, {
    runId: run.id,
    group: group === undefined ? null : parseGroupKey(group),
    after: after ?? null,
    limit: limit + 1,
  });
  const shown = listed.slice(0, limit);
  const next = listed.length > limit ? (shown.at(-1)?.userId ?? null) : null;
  const synced = shown.flatMap(({ userId, outcome }) => (outcome === "synced" ? [userId] : []));
  const { fields } = await loadApplication(db);
  const changes = await listRunChanges(db, run.id, synced, fields);
  return {
    users: shown.map((user) =>
      toRunUserView(user, { change: changes.get(user.userId) ?? null, run, fields }),
    ),
    next,
  };
}

function toRunUserView(
  { verdict, moneyPerMonth, moneyCurrency, intendedHash: _, ...user }: ListedRunUser,
  { change, run, fields }: { change: RunChange | null; run: RunRow; fields: RecordFields },
): RunUserView {
  // What was written says what was taken; a row of an older run does not.
  const taken = user.taken ?? (change && user.revokes ? findTaken({ ...change, isEntitled: false }) : null);
  const group = { ...user, verdict, users: 1, taken: taken === null ? [] : [taken] };
  const sentence = describeGroup(group, run).replace(/^1 user /, "");
  return {
    ...user,
    verdict,
    sentence,
    taken,
    changes: change ? listChangedValues(change.before, change.after, fields) : (user.changes ?? []),
    money: moneyCurrency === null ? null : { perMonth: moneyPerMonth ?? 0, currency: moneyCurrency },
    changedAt: change?.at ?? null,
    typedReason: change?.reason ?? null,
  };
}

const personRow = z.object({ userId: z.string(), email: z.string(), name: z.string().nullable() });

/** The user of a run that repaired one user: such a run lists no users of its own, and its audit does. */
export async function loadOnlyUser(db: Database, run: RunRow): Promise<RunUserView[]> {
  const { fields } = await loadApplication(db);
  const changes = await listRunChanges(db, run.id, null, fields);
  const people = await queryRows(
    db,
    personRow,
    sql`SELECT id AS "userId", email, nullif(${trimBlanks(sql`name`)}, '') AS name FROM parity.users_by_id(${[...changes.keys()]}::text[])`,
  );
  return [...changes].map(([userId, change]) => {
    const person = people.find((one) => one.userId === userId);
    const listed: ListedRunUser = {
      userId,
      email: person?.email ?? "(deleted)",
      name: person?.name ?? null,
      verdict: VERDICTS.find((one) => one === change.verdict) ?? "not_checked",
      outcome: "synced",
      ...{ intendedHash: null, reason: null, changes: null, moneyPerMonth: null, moneyCurrency: null },
      grants: change.grants,
      revokes: change.revokes,
      taken: null,
    };
    return toRunUserView(listed, { change, run, fields });
  });
}
