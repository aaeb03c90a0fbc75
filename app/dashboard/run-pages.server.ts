import type { EpochSeconds } from "~/billing/observation";
import { findFullRun } from "~/engine/account/cursors.server";
import { findRun, type LeftOut, listRuns, NOTHING_LEFT_OUT, type RunRow } from "~/engine/repair/runs.server";
import type { createRuns } from "~/engine/runs/create-runs.server";
import { countOpenRunUsers } from "~/engine/runs/run-users.server";
import type { Database } from "~/platform/client.server";
import { readDatabaseTime } from "~/platform/versions.server";
import { loadStaffNames } from "./account-facts.server";
import {
  type ApplyPlan,
  loadApplyPlan,
  loadRunGroups,
  type RunGroup,
  toRunGroups,
} from "./run-results/run-groups.server";
import { loadOnlyUser, loadRunUsers, type RunUserView } from "./run-results/run-users.server";
import { describeCaller, type RunView, toRunView } from "./run-view.server";

/** `next`: the cursor of the next page of users; null at the end. */
export type RunPage = {
  run: RunView;
  groups: RunGroup[];
  users: RunUserView[];
  next: string | null;
  /** What applying it would do; null for a run that is no finished preview. */
  plan: ApplyPlan | null;
  /** What staff left out of it, or choose to. */
  leftOut: LeftOut;
  /** Runs that took back something of what it wrote, the newest first. */
  undoneBy: UndoingRun[];
};

export type UndoingRun = { runId: string; by: string; at: EpochSeconds; users: number };

/** `group`: the key of a `RunGroup`; without it users of all groups. `after`: the cursor of a page. */
export type RunPageInput = {
  runId: string;
  group?: string;
  after?: string;
  limit: number;
  /** Of a preview: what staff choose to leave out. */
  leftOut?: LeftOut;
};

type Runs = ReturnType<typeof createRuns>;

/** Runs as the pages and the command line show them. */
export function createRunPages(
  { db }: { db: Database },
  runs: Pick<Runs, "preview" | "previewSelection" | "apply" | "step">,
) {
  return {
    preview: async (input: Parameters<Runs["preview"]>[0]) => loadRunView(db, await runs.preview(input)),
    previewSelection: async (input: Parameters<Runs["previewSelection"]>[0]) =>
      loadRunView(db, await runs.previewSelection(input)),
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
  const ids = runs.flatMap(({ actor, cancelledBy }) => [
    ...(actor.kind === "staff" && actor.id !== null ? [actor.id] : []),
    ...(cancelledBy === null ? [] : [cancelledBy]),
  ]);
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
  const isPreview = run.mode === "preview" && run.state === "done" && run.resultsRemovedAt === null;
  const leftOut = (isPreview ? input.leftOut : run.leftOut) ?? NOTHING_LEFT_OUT;
  const [view, { groups, users, next }, plan, undoneBy] = await Promise.all([
    loadRunView(db, run),
    run.scope === "one" ? loadOnlyResult(db, run) : loadResults(db, run, input),
    isPreview ? loadApplyPlan(db, run.id, leftOut) : null,
    listUndoingRuns(db, run.id),
  ]);
  return { run: view, groups, users, next, plan, leftOut, undoneBy };
}

const MOST_UNDOING = 20;

async function listUndoingRuns(db: Database, runId: string): Promise<UndoingRun[]> {
  const runs = await db.run.findMany({
    // One that was interrupted before it took anything back has nothing to show.
    where: { mode: "undo", undoesRunId: runId, OR: [{ synced: { gt: 0 } }, { state: "done" }] },
    orderBy: { createdAt: "desc" },
    take: MOST_UNDOING,
    select: { id: true, actorKind: true, actor: true, createdAt: true, synced: true },
  });
  const staffNames = await loadStaffNames(
    db,
    runs.flatMap(({ actorKind, actor }) => (actorKind === "staff" && actor !== null ? [actor] : [])),
  );
  return runs.map(({ id, actorKind, actor, createdAt, synced }) => ({
    runId: id,
    by: describeCaller(actorKind, actor, staffNames),
    at: Math.floor(createdAt.getTime() / 1000),
    users: synced,
  }));
}

async function loadResults(db: Database, run: RunRow, input: RunPageInput) {
  const [groups, page] = await Promise.all([loadRunGroups(db, run), loadRunUsers(db, run, input)]);
  return { groups, ...page };
}

async function loadOnlyResult(db: Database, run: RunRow) {
  const users = await loadOnlyUser(db, run);
  const rows = users.map(({ verdict, outcome, reason, revokes, taken }) => ({
    ...{ verdict, outcome, reason, revokes, taken: taken === null ? [] : [taken] },
    ...{ users: 1, currency: null, perMonth: null },
  }));
  return { groups: toRunGroups(rows, run), users, next: null };
}
