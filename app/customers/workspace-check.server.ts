import { findUserRecord, findWorkspaceRecord } from "~/engine/evaluate/records.server";
import {
  type CheckGates,
  claimChecks,
  endCheck,
  findCheckState,
  requestChecks,
  takeCheckRequests,
} from "~/engine/observe/user-checks.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { checkSeconds } from "~/platform/metrics/process-meters.server";
import type { WorkspaceAnswer } from "./customer-views";

export type WorkspaceChecks = {
  /** Has the user checked in the background when a check is due; returns at once and never throws. */
  checkInBackground(userId: string): void;
  /** Takes up what applications asked for in SQL, as a workspace request does; returns at once when nothing was. */
  takeRequests(): Promise<void>;
  /** Makes checks that wait in the queue, also those that another process left, for `budgetMs` at most. */
  makeWaitingChecks(budgetMs: number): Promise<void>;
  answer(input: { workspaceId: string; userId: string }): Promise<WorkspaceAnswer | null>;
  findOwner(workspaceId: string): Promise<string | null>;
  /** Waits for the checks that were asked for or run in this process now. */
  settle(): Promise<void>;
  /** Begins no more checks, and waits for those that run. Who still waits is left to other processes. */
  close(): Promise<void>;
};

export type WorkspaceCheckOptions = {
  db: Database;
  gates: CheckGates;
  log: Log;
  /** Reads Stripe for one user, evaluates and repairs, and ends the check. Null: there is no such user. */
  sync: (userId: string) => Promise<{ ok: boolean } | null>;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

/** How long this process does not ask the database again; shorter than any gate. Milliseconds. */
const QUIET_MS = 5_000;
const MAX_REMEMBERED = 10_000;
/** Checks at once in this process. Stripe's budget allows fewer: more would only hold connections. */
const MAX_AT_ONCE = 20;

/**
 * The check behind every workspace request. The database decides whether a check is due, keeps the queue, and lets only one
 * server make a check. What many visitors ask for in the same moment is put into the queue by one statement. This process
 * remembers for some seconds that it asked, so that a busy workspace costs nothing.
 */
export function createWorkspaceChecks(options: WorkspaceCheckOptions): WorkspaceChecks {
  const { db, gates, log } = options;
  const now = options.now ?? (() => performance.now());
  const askedAt = new Map<string, number>();
  let requested = new Set<string>();
  let requesting: Promise<void> | null = null;
  const running = new Set<Promise<void>>();
  /** Users may wait in the queue, also some that an earlier process left. */
  let mayWait = true;
  let claiming: Promise<void> | null = null;
  let isClosed = false;

  async function check(userId: string): Promise<void> {
    const end = checkSeconds.startTimer();
    try {
      const outcome = await options.sync(userId);
      // A user who was deleted meanwhile leaves the queue.
      if (outcome === null) await endCheck(db, userId, null, gates);
      end({ outcome: outcome === null || outcome.ok ? "ok" : "failed" });
    } catch (error) {
      end({ outcome: "failed" });
      log.error({ err: error, userId }, "background check failed");
      await endCheck(db, userId, "internal_error", gates).catch(() => {});
    }
  }

  function start(userId: string): void {
    const done = check(userId).finally(() => {
      running.delete(done);
      if (mayWait) claimMore();
    });
    running.add(done);
  }

  /** Fills the free places from the queue. One claim at a time: the next one sees what it left. */
  function claimMore(): void {
    if (claiming !== null || isClosed) return;
    const free = MAX_AT_ONCE - running.size;
    if (free <= 0) return;
    claiming = claimChecks(db, free)
      .then((userIds) => {
        mayWait = userIds.length === free;
        userIds.forEach(start);
      })
      .catch((error) => log.error({ err: error }, "waiting checks could not be claimed"))
      .finally(() => {
        claiming = null;
      });
  }

  async function requestAll(): Promise<void> {
    while (requested.size > 0) {
      const userIds = [...requested];
      requested = new Set();
      const free = isClosed ? 0 : Math.max(0, MAX_AT_ONCE - running.size);
      try {
        const queued = await requestChecks(db, { userIds, start: free, gates });
        for (const { userId, started } of queued) if (started) start(userId);
        if (queued.some(({ started }) => !started)) mayWait = true;
      } catch (error) {
        for (const userId of userIds) askedAt.delete(userId);
        log.error({ err: error, users: userIds.length }, "checks could not be queued");
      }
    }
    if (mayWait) claimMore();
  }

  function startRequesting(): void {
    requesting ??= requestAll().finally(() => {
      requesting = null;
    });
  }

  async function settle(): Promise<void> {
    while (requesting !== null || claiming !== null || running.size > 0)
      await Promise.all([requesting, claiming, ...running]);
  }

  return {
    checkInBackground(userId) {
      const last = askedAt.get(userId);
      if (last !== undefined && now() - last < QUIET_MS) return;
      if (askedAt.size >= MAX_REMEMBERED) askedAt.clear();
      askedAt.set(userId, now());
      requested.add(userId);
      startRequesting();
    },

    async takeRequests() {
      if (isClosed) return;
      for (const userId of await takeCheckRequests(db)) requested.add(userId);
      if (requested.size > 0) startRequesting();
    },

    async makeWaitingChecks(budgetMs) {
      const until = now() + budgetMs;
      do {
        claimMore();
        await claiming;
        if (running.size > 0) await Promise.race(running);
      } while (mayWait && !isClosed && now() < until);
      await settle();
    },

    async answer({ workspaceId, userId }) {
      // First the state: a check that ends between two reads would leave a locked workspace and nothing to wait for.
      const state = await findCheckState(db, userId, gates);
      if (!state) return null;
      const [workspace, user] = await Promise.all([
        findWorkspaceRecord(db, workspaceId),
        findUserRecord(db, userId),
      ]);
      if (!user || !workspace || workspace.ownerId !== userId) return null;
      const lastCheckedAt = [state.checkedAt, state.observedAt]
        .flatMap((time) => time ?? [])
        .sort((a, b) => b.getTime() - a.getTime())[0];
      return {
        workspace: {
          id: workspace.id,
          name: workspace.name,
          status: workspace.status,
          seats: workspace.seats,
        },
        billing: {
          plan: user.plan,
          status: user.subscriptionStatus,
          currentPeriodEnd: user.currentPeriodEnd?.toISOString() ?? null,
          cancelAtPeriodEnd: user.cancelAtPeriodEnd,
        },
        sync: { state: toSyncState(state), lastCheckedAt: lastCheckedAt?.toISOString() ?? null },
      };
    },

    async findOwner(workspaceId) {
      return (await findWorkspaceRecord(db, workspaceId))?.ownerId ?? null;
    },

    settle,

    async close() {
      isClosed = true;
      await settle();
    },
  };
}

type State = { checking: boolean; failed: boolean; fresh: boolean };

function toSyncState({ checking, failed, fresh }: State): WorkspaceAnswer["sync"]["state"] {
  if (checking) return "checking";
  if (failed) return "unavailable";
  return fresh ? "fresh" : "stale";
}
