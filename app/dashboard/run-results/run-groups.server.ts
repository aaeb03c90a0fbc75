import { z } from "zod";
import type { Taken } from "~/billing/evaluation/taken";
import { addMonthly, type MonthlyMoney } from "~/billing/money";
import { VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { RUN_OUTCOMES, type RunOutcome } from "~/engine/repair/run-types";
import type { LeftOut, RunRow } from "~/engine/repair/runs.server";
import { buildGroupKey } from "~/engine/runs/run-groups";
import { groupRunUsers, type RunUserGroup, sumIntended } from "~/engine/runs/run-users.server";
import type { Database } from "~/platform/client.server";
import { describeGroup } from "./group-words.server";

/** Users of a run with the same verdict, outcome and reason. */
export type RunGroup = {
  /** Pass it as `group` to `loadRunPage` to list these users. */
  key: string;
  verdict: Verdict;
  outcome: RunOutcome;
  reason: string | null;
  /** Takes access or seats away. */
  revokes: boolean;
  /** Each thing that is taken from some of them; empty where nothing is, or where an older run did not keep it. */
  taken: Taken[];
  users: number;
  /** At stake, by currency. */
  money: MonthlyMoney[];
  /** "12 users have paid and are locked out: access will be granted." */
  sentence: string;
};

const runOutcome = z.enum(RUN_OUTCOMES);

/** The groups of a run: revocations first, then the largest. */
export async function loadRunGroups(db: Database, run: RunRow): Promise<RunGroup[]> {
  return toRunGroups(await groupRunUsers(db, run.id), run);
}

/** Adds up the rows of each group, which are apart by currency. */
export function toRunGroups(rows: readonly RunUserGroup[], run: Pick<RunRow, "mode" | "state">): RunGroup[] {
  const groups = new Map<string, Omit<RunGroup, "sentence">>();
  for (const { currency, perMonth, users, ...row } of rows) {
    const verdict = VERDICTS.find((one) => one === row.verdict) ?? "not_checked";
    const outcome = runOutcome.parse(row.outcome);
    const key = buildGroupKey({ ...row, verdict });
    const known = groups.get(key) ?? { ...row, key, verdict, outcome, users: 0, money: [] };
    groups.set(key, {
      ...known,
      users: known.users + users,
      taken: [...new Set([...known.taken, ...row.taken])],
      money:
        currency === null ? known.money : addMonthly(known.money, { currency, perMonth: perMonth ?? 0 }, 1),
    });
  }
  return [...groups.values()]
    .map((group) => ({ ...group, sentence: describeGroup(group, run) }))
    .sort((a, b) => Number(b.revokes) - Number(a.revokes) || b.users - a.users || (a.key < b.key ? -1 : 1));
}

/** What applying a preview would do for the users that are not left out. */
export type ApplyPlan = {
  users: number;
  grants: { users: number; money: MonthlyMoney[] };
  revocations: { users: number; money: MonthlyMoney[]; taken: Taken[] };
};

/** Adds up what a preview intends, without what staff leave out. */
export async function loadApplyPlan(db: Database, runId: string, leftOut: LeftOut): Promise<ApplyPlan> {
  const plan: ApplyPlan = {
    users: 0,
    grants: { users: 0, money: [] },
    revocations: { users: 0, money: [], taken: [] },
  };
  for (const { grants, revokes, taken, currency, perMonth, users } of await sumIntended(db, runId, leftOut)) {
    plan.users += users;
    const side = revokes ? plan.revocations : grants ? plan.grants : null;
    if (!side) continue;
    side.users += users;
    if (revokes) plan.revocations.taken = [...new Set([...plan.revocations.taken, ...taken])];
    if (currency !== null) side.money = addMonthly(side.money, { currency, perMonth: perMonth ?? 0 }, 1);
  }
  return plan;
}
