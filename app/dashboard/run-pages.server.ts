import { VERDICTS } from "~/billing/verdicts";
import { lastPass } from "~/engine/account/cursors.server";
import { findRun, listRuns, type RunRow } from "~/engine/repair/runs.server";
import { groupRunUsers, type ListedRunUser, listRunUsers } from "~/engine/runs/run-users.server";
import type { Database } from "~/platform/client.server";
import { staffNames } from "./account-facts.server";
import { groupSentence, groupViewOf, parseGroupKey, runViewOf } from "./run-view.server";
import type { RunPage, RunUserView, RunView } from "./views";

/** A run as pages show it, with the name of who began it. */
export async function viewRun(db: Database, run: RunRow): Promise<RunView> {
  const [view] = await viewRuns(db, [run]);
  if (!view) throw new Error("One run gives one view");
  return view;
}

async function viewRuns(db: Database, runs: readonly RunRow[]): Promise<RunView[]> {
  const ids = runs.flatMap(({ actorKind, actor }) => (actorKind === "staff" && actor ? [actor] : []));
  const [names, pass] = await Promise.all([staffNames(db, ids), lastPass(db)]);
  return runs.map((run) => runViewOf(run, names, pass?.coveredAt ?? null));
}

export async function listRunViews(db: Database, limit: number, before?: string): Promise<RunView[]> {
  return viewRuns(db, await listRuns(db, limit, before));
}

/** A run with what it came to, by groups and user by user; null when there is no such run. */
export async function runPageOf(
  db: Database,
  input: { runId: string; group?: string; after?: string; limit: number },
): Promise<RunPage | null> {
  const run = await findRun(db, input.runId);
  if (!run) return null;
  const [view, groups, users] = await Promise.all([
    viewRun(db, run),
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
  return { run: view, groups: groups.map(groupViewOf), users: shown.map(toView), next };
}

function toView({ userId, email, name, verdict, outcome, reason }: ListedRunUser): RunUserView {
  const known = VERDICTS.find((one) => one === verdict) ?? "not_checked";
  const sentence = groupSentence(known, outcome, 1, reason).replace(/^1 customer /, "");
  return { userId, email, name, verdict: known, outcome, reason, sentence };
}
