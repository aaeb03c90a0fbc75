import { VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { findFullRun } from "~/engine/account/cursors.server";
import type { RunOutcome } from "~/engine/repair/run-types";
import { findRun, listRuns, type RunRow } from "~/engine/repair/runs.server";
import type { createRuns } from "~/engine/runs/create-runs.server";
import {
  countOpenRunUsers,
  groupRunUsers,
  type ListedRunUser,
  listRunUsers,
} from "~/engine/runs/run-users.server";
import type { Database } from "~/platform/client.server";
import { readDatabaseTime } from "~/platform/versions.server";
import { loadStaffNames } from "./account-facts.server";
import {
  describeGroup,
  parseGroupKey,
  type RunGroup,
  type RunView,
  toRunGroup,
  toRunView,
} from "./run-view.server";

export type RunUserView = {
  userId: string;
  email: string;
  name: string | null;
  verdict: Verdict;
  outcome: RunOutcome;
  reason: string | null;
  sentence: string;
};

/** `next`: the cursor of the next page of users; null at the end. */
export type RunPage = { run: RunView; groups: RunGroup[]; users: RunUserView[]; next: string | null };

/** `group`: the key of a `RunGroup`; without it users of all groups. `after`: the cursor of a page. */
export type RunPageInput = { runId: string; group?: string; after?: string; limit: number };

type Runs = ReturnType<typeof createRuns>;

/** Runs as the pages and the command line show them. */
export function createRunPages({ db }: { db: Database }, runs: Pick<Runs, "preview" | "apply" | "step">) {
  return {
    preview: async (input: Parameters<Runs["preview"]>[0]) => loadRunView(db, await runs.preview(input)),
    async apply(input: Parameters<Runs["apply"]>[0]) {
      const { run, joined } = await runs.apply(input);
      return { run: await loadRunView(db, run), joined };
    },
    step: async (runId: string, budgetMs: number) => loadRunView(db, await runs.step(runId, budgetMs)),
    /** Newest first; `before`: only runs older than this id. */
    list: ({ limit, before }: { limit: number; before?: string }) => listRunViews(db, limit, before),
    /** Users that a run has found out of sync, and not repaired. */
    countOpen: (runId: string) => countOpenRunUsers(db, runId),
    /** Null when there is no such run. */
    page: (input: RunPageInput) => loadRunPage(db, input),
  };
}

/** Adds the name of the staff member that started the run. */
export async function loadRunView(db: Database, run: RunRow): Promise<RunView> {
  const [view] = await toRunViews(db, [run]);
  if (!view) throw new Error("One run gives one view");
  return view;
}

async function toRunViews(db: Database, runs: readonly RunRow[]): Promise<RunView[]> {
  const ids = runs.flatMap(({ actor }) => (actor.kind === "staff" && actor.id !== null ? [actor.id] : []));
  const [staffNames, fullRun, now] = await Promise.all([
    loadStaffNames(db, ids),
    findFullRun(db),
    readDatabaseTime(db),
  ]);
  const evaluatedFrom = fullRun?.coveredAt ?? null;
  return runs.map((run) => toRunView(run, { staffNames, evaluatedFrom, now }));
}

export async function listRunViews(db: Database, limit: number, before?: string): Promise<RunView[]> {
  return toRunViews(db, await listRuns(db, limit, before));
}

/** A run with its results, by groups and user by user; null when there is no such run. */
export async function loadRunPage(db: Database, input: RunPageInput): Promise<RunPage | null> {
  const run = await findRun(db, input.runId);
  if (!run) return null;
  const [view, groups, users] = await Promise.all([
    loadRunView(db, run),
    groupRunUsers(db, run.id),
    listRunUsers(db, {
      runId: run.id,
      group: input.group === undefined ? null : parseGroupKey(input.group),
      after: input.after ?? null,
      limit: input.limit + 1,
    }),
  ]);
  const shown = users.slice(0, input.limit);
  const next = users.length > input.limit ? (shown.at(-1)?.userId ?? null) : null;
  return { run: view, groups: groups.map(toRunGroup), users: shown.map(toRunUserView), next };
}

function toRunUserView({ userId, email, name, verdict, outcome, reason }: ListedRunUser): RunUserView {
  const known = VERDICTS.find((one) => one === verdict) ?? "not_checked";
  const sentence = describeGroup(known, outcome, 1, reason).replace(/^1 customer /, "");
  return { userId, email, name, verdict: known, outcome, reason, sentence };
}
