import type { WriteMode } from "~/billing/policy";
import { loadSettings } from "~/engine/account/settings.server";
import { listRefusals, type StripeRefusal } from "~/engine/account/stripe-refusals.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { findLiveRun } from "~/engine/runs/live-runs.server";
import type { Database, Tx } from "~/platform/client.server";
import type { DatabaseMonitor } from "~/platform/database/monitor.server";
import {
  countPendingRevocations,
  countUsersWithVerdict,
  type Stake,
  selectStakes,
  sumMoneyAtStake,
} from "./account-facts.server";
import { loadFreshness } from "./freshness.server";
import { countWaitingUsers } from "./inbox/queue-users.server";

/** What the frame around every page shows, besides its counts. */
export type FrameView = {
  account: string | null;
  mode: "test" | "live" | "sandbox";
  writeMode: WriteMode;
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
  lockedOutUsers: number;
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
    liveRunId: live?.id ?? null,
    warning: trouble ?? (check && !check.ok ? check.message : null),
    stale,
    // Without reading the account nothing is missing once it is known.
    refusals: refusals.filter(({ subject }) => subject !== "account"),
  };
}

/** Each count uses an index that holds only a few users, so it is usually ready together with the page. */
export async function countFrame(db: Database | Tx): Promise<FrameCounts> {
  const money = await sumMoneyAtStake(db);
  return {
    waiting: await countWaitingUsers(db),
    lockedOutUsers: await countUsersWithVerdict(db, "locked_out"),
    lockedOut: selectStakes(money, "locked_out"),
    pendingRevocations: await countPendingRevocations(db),
  };
}
