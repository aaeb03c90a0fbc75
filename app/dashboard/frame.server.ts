import type { EpochSeconds } from "~/billing/observation";
import type { WriteMode } from "~/billing/policy";
import { loadSettings } from "~/engine/account/settings.server";
import { listRefusals, type StripeRefusal } from "~/engine/account/stripe-refusals.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { findLiveRun } from "~/engine/runs/live-runs.server";
import type { Database, Tx } from "~/platform/client.server";
import type { DatabaseMonitor } from "~/platform/database/monitor.server";
import { countPendingRevocations, type Stake } from "./account-facts.server";
import { describeActor, loadActorNames, parseActor } from "./decisions/decision-view.server";
import { loadFreshness } from "./freshness.server";
import { countWaitingUsers, sumLockedOut } from "./inbox/queue-users.server";

/** What the frame around every page shows, besides its counts. */
export type FrameView = {
  account: string | null;
  mode: "test" | "live" | "sandbox";
  writeMode: WriteMode;
  /** Who paused all repairs, when and why; null while they are not paused. */
  paused: { by: string; at: EpochSeconds; reason: string | null } | null;
  liveRunId: string | null;
  /** Why nothing may be written, as a sentence: a read-only database, wrong account, no answer from Stripe, …; null when writing is possible. */
  warning: string | null;
  /** Why what is shown may be out of date, as a sentence; null when it is not. */
  stale: string | null;
  /** What Stripe refuses to the keys; empty when nothing is missing that matters. */
  refusals: StripeRefusal[];
};

/** What the frame around every page counts. */
export type FrameCounts = {
  /** Users that wait in the inbox for a person. Payers without a user take longer to find, and are counted only there. */
  waiting: number;
  /** Users who pay and were locked out for longer than `lockedOutMinutes`, without those that staff set aside. */
  lockedOutUsers: number;
  /** A payer may be locked out for a moment: the next run lets them in. The setting `lockedOutAlertMinutes`. */
  lockedOutMinutes: number;
  /** What they pay. */
  lockedOut: Stake[];
  pendingRevocations: number;
};

/** Sends no request to Stripe and counts nothing, so that every page can wait for it. */
export async function loadFrame(
  { db, stripe, guard }: Deps,
  sandbox: boolean,
  database: Pick<DatabaseMonitor, "describeTrouble">,
): Promise<FrameView> {
  const [settings, live, trouble, { stale }, refusals] = await Promise.all([
    loadSettings(db),
    findLiveRun(db),
    database.describeTrouble(),
    loadFreshness(db),
    listRefusals(db),
  ]);
  const check = guard.last();
  return {
    account: settings.binding?.accountId ?? null,
    mode: sandbox ? "sandbox" : stripe.livemode ? "live" : "test",
    writeMode: settings.writeMode,
    paused: settings.writeMode === "off" ? await findPause(db) : null,
    liveRunId: live?.id ?? null,
    warning: trouble ?? (check && !check.ok ? check.message : null),
    stale,
    // Without reading the account nothing is missing once it is known.
    refusals: refusals.filter(({ subject }) => subject !== "account"),
  };
}

async function findPause(db: Database): Promise<FrameView["paused"]> {
  const last = await db.settingChange.findFirst({ where: { key: "writeMode" }, orderBy: { id: "desc" } });
  if (last === null) return null;
  const actor = parseActor(last.actor);
  const names = await loadActorNames(db, actor === null ? [] : [actor]);
  return {
    by: describeActor(last.actor, names),
    at: Math.floor(last.createdAt.getTime() / 1000),
    reason: last.reason,
  };
}

/** Each count uses an index that holds only a few users, so it is usually ready together with the page. */
export async function countFrame(db: Database | Tx): Promise<FrameCounts> {
  const { lockedOutAlertMinutes } = await loadSettings(db);
  const lockedOut = await sumLockedOut(db, lockedOutAlertMinutes);
  return {
    waiting: await countWaitingUsers(db),
    lockedOutUsers: lockedOut.users,
    lockedOutMinutes: lockedOutAlertMinutes,
    lockedOut: lockedOut.stakes,
    pendingRevocations: await countPendingRevocations(db),
  };
}
