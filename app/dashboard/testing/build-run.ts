import type { RunPage } from "~/dashboard/run-pages.server";
import type { RunGroup } from "~/dashboard/run-results/run-groups.server";
import type { RunView } from "~/dashboard/run-view.server";
import { NO_COUNTS } from "~/engine/repair/run-counts";
import { NOTHING_LEFT_OUT } from "~/engine/repair/runs.server";
import { buildGroupKey } from "~/engine/runs/run-groups";

/** A run as pages get it: a finished sync of all users that found nothing to do, except for what is given. */
export const buildRunView = (given: Partial<RunView> = {}): RunView => ({
  ...NO_COUNTS,
  id: "run",
  by: "Ada (staff)",
  mode: "apply",
  scope: "full",
  state: "done",
  phase: "finished",
  total: 0,
  observed: 0,
  stripeRequests: 0,
  reason: null,
  name: null,
  typedReason: null,
  unreached: 0,
  previewRunId: null,
  undoesRunId: null,
  createdAt: 0,
  finishedAt: 1,
  evaluatedFrom: 0,
  leaseLeft: null,
  resultsRemoved: false,
  ...given,
});

/** A group of a run, with the key that belongs to it. */
export function buildRunGroup(given: Partial<RunGroup> = {}): RunGroup {
  const group: Omit<RunGroup, "key"> = {
    verdict: "plan_mismatch",
    outcome: "intended",
    reason: null,
    revokes: false,
    taken: [],
    users: 1,
    money: [],
    sentence: "",
    ...given,
  };
  return { ...group, key: buildGroupKey(group) };
}

/** The page of a finished preview that intends `users` repairs; `revocations` of them take access away. */
export function buildPreviewPage({
  users,
  revocations = 0,
}: {
  users: number;
  revocations?: number;
}): RunPage {
  return {
    run: buildRunView({ id: "preview", mode: "preview", total: users }),
    groups: [
      buildRunGroup({ verdict: "locked_out", users: users - revocations }),
      buildRunGroup({ verdict: "unpaid_access", revokes: true, users: revocations }),
      buildRunGroup({ verdict: "unknown_status", outcome: "review", users: 5 }),
    ].filter((group) => group.users > 0),
    users: [],
    next: null,
    plan: {
      users,
      grants: { users: users - revocations, money: [] },
      revocations: { users: revocations, money: [], taken: [] },
    },
    leftOut: NOTHING_LEFT_OUT,
    undoneBy: [],
  };
}
