import type { WriteMode } from "~/billing/policy";
import { lastPass } from "~/engine/account/cursors.server";
import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countUsers } from "~/engine/evaluate/users.server";
import { paymentToAccess } from "~/engine/repair/payment-to-access.server";
import { liveRun } from "~/engine/repair/runs.server";
import type { Database, Tx } from "~/platform/client.server";
import {
  countUnclaimed,
  countUsersWithVerdict,
  countWaitingRevocations,
  moneyAtStake,
  type StakeRow,
} from "./account-facts.server";
import { listRunViews, viewRun } from "./run-pages.server";
import { callerWord } from "./run-view.server";
import { stripeReads } from "./stripe-reads.server";
import { countVerdicts } from "./users-list/users-count.server";
import type { FrameCounts, FrameView, OverviewCounts, OverviewRuns, SettingsView, Stake } from "./views";

const RECENT_RUNS = 5;
/** Reads in 30 days; Stripe is reported to include 500 a transaction, and no fewer than this. */
const LEAST_ALLOCATION = 10_000;

const stakes = (rows: readonly StakeRow[], kind: StakeRow["kind"]): Stake[] =>
  rows.flatMap((row) =>
    row.kind === kind ? [{ currency: row.currency, perMonth: row.perMonth, users: row.users }] : [],
  );

/** What every page shows around itself. Asks Stripe nothing, and counts nothing. */
export async function frameOf({ db, stripe, guard }: Deps, sandbox: boolean): Promise<FrameView> {
  const [settings, live] = await Promise.all([loadSettings(db), liveRun(db)]);
  const said = guard.last();
  return {
    account: settings.binding?.accountId ?? null,
    mode: sandbox ? "sandbox" : stripe.livemode ? "live" : "test",
    writeMode: settings.writeMode,
    liveRunId: live?.id ?? null,
    warning: said && !said.ok ? said.message : null,
  };
}

/** What every page counts around itself. Each by an index that holds few of all users: it is there with the page. */
export async function frameCountsOf(db: Database | Tx): Promise<FrameCounts> {
  const money = await moneyAtStake(db);
  return {
    lockedOutUsers: await countUsersWithVerdict(db, "locked_out"),
    lockedOut: stakes(money, "locked_out"),
    waitingRevocations: await countWaitingRevocations(db),
  };
}

/** When Stripe was last known completely, what runs, and how much was read. */
export async function overviewRunsOf({ db }: Deps): Promise<OverviewRuns> {
  const [pass, live, recentRuns, endpoints, { readAllocation }] = await Promise.all([
    lastPass(db),
    liveRun(db),
    listRunViews(db, RECENT_RUNS),
    stripeReads(db),
    loadSettings(db),
  ]);
  return {
    lastPass: pass?.finishedAt ?? null,
    liveRun: live && (await viewRun(db, live)),
    recentRuns,
    reads: {
      allocation: readAllocation ?? LEAST_ALLOCATION,
      ownAllocation: readAllocation !== null,
      endpoints,
    },
  };
}

/** Who is wrong, and what it costs. */
export async function overviewCountsOf(db: Database | Tx): Promise<OverviewCounts> {
  const money = await moneyAtStake(db);
  const layers = await paymentToAccess(db);
  return {
    verdicts: await countVerdicts(db),
    lockedOut: stakes(money, "locked_out"),
    leaking: stakes(money, "leaking"),
    users: await countUsers(db),
    waitingRevocations: await countWaitingRevocations(db),
    unclaimed: await countUnclaimed(db),
    paymentToAccess: layers.map(({ layer, ...figures }) => ({ layer: callerWord(layer), ...figures })),
  };
}

export async function settingsViewOf(db: Database): Promise<SettingsView> {
  const {
    writeMode,
    policy,
    revocationLimit,
    readAllocation,
    fullRunHour,
    recheckPerRun,
    supportContact,
    binding,
  } = await loadSettings(db);
  const view: { writeMode: WriteMode } & Omit<SettingsView, "writeMode"> = {
    writeMode,
    graceDays: policy.graceDays,
    noPlanWord: policy.noPlanWord,
    revocationLimitPercent: revocationLimit.percent,
    revocationLimitMinimum: revocationLimit.minimum,
    readAllocation,
    fullRunHour,
    recheckPerRun,
    supportContact,
    binding,
  };
  return view;
}
