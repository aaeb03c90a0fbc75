import { findUserRecord, findWorkspaceRecord } from "~/engine/evaluate/records.server";
import { beginCheck, type CheckGates, findCheckState } from "~/engine/observe/user-checks.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import type { WorkspaceAnswer } from "./customer-views";

export type WorkspaceChecks = {
  /** Starts a check in the background when one is due; returns at once and never throws. */
  checkInBackground(userId: string): void;
  answer(input: { workspaceId: string; userId: string }): Promise<WorkspaceAnswer | null>;
  findOwner(workspaceId: string): Promise<string | null>;
  /** Waits for running checks. */
  close(): Promise<void>;
};

export type WorkspaceCheckOptions = {
  db: Database;
  gates: CheckGates;
  log: Log;
  /** Reads Stripe for one user, evaluates and repairs, and ends the check. */
  sync: (userId: string) => Promise<unknown>;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

/** How long this process does not ask the database again; shorter than any gate. Milliseconds. */
const QUIET_MS = 5_000;
const MAX_REMEMBERED = 10_000;
const MAX_AT_ONCE = 20;

/**
 * The check behind every workspace request. The database decides whether a check is due and lets only one server start it.
 * This process remembers for some seconds that it asked, so that a busy workspace costs nothing.
 */
export function createWorkspaceChecks(options: WorkspaceCheckOptions): WorkspaceChecks {
  const { db, gates, log } = options;
  const now = options.now ?? (() => performance.now());
  const askedAt = new Map<string, number>();
  const running = new Set<Promise<void>>();

  async function check(userId: string): Promise<void> {
    try {
      if (await beginCheck(db, userId, gates)) await options.sync(userId);
    } catch (error) {
      log.error({ err: error, userId }, "background check failed");
    }
  }

  return {
    checkInBackground(userId) {
      const last = askedAt.get(userId);
      if (last !== undefined && now() - last < QUIET_MS) return;
      // Many visitors must not cause many reads at once: the next visit asks again.
      if (running.size >= MAX_AT_ONCE) return;
      if (askedAt.size >= MAX_REMEMBERED) askedAt.clear();
      askedAt.set(userId, now());
      const done = check(userId).finally(() => running.delete(done));
      running.add(done);
    },

    async answer({ workspaceId, userId }) {
      const workspace = await findWorkspaceRecord(db, workspaceId);
      if (!workspace || workspace.ownerId !== userId) return null;
      const [user, state] = await Promise.all([
        findUserRecord(db, userId),
        findCheckState(db, userId, gates),
      ]);
      if (!user || !state) return null;
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

    async close() {
      await Promise.all(running);
    },
  };
}

type State = { checking: boolean; failed: boolean; fresh: boolean };

function toSyncState({ checking, failed, fresh }: State): WorkspaceAnswer["sync"]["state"] {
  if (checking) return "checking";
  if (failed) return "unavailable";
  return fresh ? "fresh" : "stale";
}
