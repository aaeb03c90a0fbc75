import type { Writes } from "~/billing/policy";
import {
  countUnclaimed,
  countUsersWithVerdict,
  countWaitingLowerings,
  moneyAtStake,
  type StakeRow,
} from "~/db/account-facts.server";
import type { Database } from "~/db/client.server";
import { lastPass } from "~/db/cursors.server";
import { paymentToAccess } from "~/db/payment-to-access.server";
import { liveRun } from "~/db/runs.server";
import { loadSettings } from "~/db/settings.server";
import { stripeReads } from "~/db/stripe-reads.server";
import { countUsers } from "~/db/users.server";
import { createUsersList } from "~/table/users-list.server";
import type { Parts } from "./parts.server";
import { listRunViews, viewRun } from "./run-pages.server";
import { callerWord } from "./run-view.server";
import type { FrameView, Overview, SettingsView, Stake } from "./views";

const RECENT_RUNS = 5;
/** Reads in 30 days; Stripe is reported to include 500 a transaction, and no fewer than this. */
const LEAST_ALLOCATION = 10_000;

const stakes = (rows: readonly StakeRow[], kind: StakeRow["kind"]): Stake[] =>
  rows.flatMap((row) =>
    row.kind === kind ? [{ currency: row.currency, perMonth: row.perMonth, users: row.users }] : [],
  );

/** What every page shows around itself. Asks Stripe nothing. */
export async function frameOf({ db, stripe, guard }: Parts, sandbox: boolean): Promise<FrameView> {
  const [settings, money, lockedOutUsers, waitingLowerings, unclaimed, live] = await Promise.all([
    loadSettings(db),
    moneyAtStake(db),
    countUsersWithVerdict(db, "paid_not_recorded"),
    countWaitingLowerings(db),
    countUnclaimed(db),
    liveRun(db),
  ]);
  const said = guard.last();
  return {
    account: settings.binding?.accountId ?? null,
    mode: sandbox ? "sandbox" : stripe.livemode ? "live" : "test",
    writes: settings.writes,
    lockedOutUsers,
    lockedOut: stakes(money, "locked_out"),
    waitingLowerings,
    unclaimed,
    liveRunId: live?.id ?? null,
    warning: said && !said.ok ? said.message : null,
  };
}

/** The overview: who is wrong, what it costs, when it was last known. */
export async function overviewOf({ db }: Parts): Promise<Overview> {
  const [
    verdicts,
    money,
    users,
    pass,
    live,
    recentRuns,
    waitingLowerings,
    unclaimed,
    layers,
    reads,
    settings,
  ] = await Promise.all([
    createUsersList(db).verdicts(),
    moneyAtStake(db),
    countUsers(db),
    lastPass(db),
    liveRun(db),
    listRunViews(db, RECENT_RUNS),
    countWaitingLowerings(db),
    countUnclaimed(db),
    paymentToAccess(db),
    stripeReads(db),
    loadSettings(db),
  ]);
  return {
    verdicts,
    lockedOut: stakes(money, "locked_out"),
    leaking: stakes(money, "leaking"),
    users,
    lastPass: pass?.finishedAt ?? null,
    liveRun: live && (await viewRun(db, live)),
    recentRuns,
    waitingLowerings,
    unclaimed,
    paymentToAccess: layers.map(({ layer, ...figures }) => ({ layer: callerWord(layer), ...figures })),
    reads: {
      allocation: settings.readAllocation ?? LEAST_ALLOCATION,
      ownAllocation: settings.readAllocation !== null,
      endpoints: reads,
    },
  };
}

export async function settingsViewOf(db: Database): Promise<SettingsView> {
  const { writes, policy, breaker, readAllocation, fullPassHour, supportContact, binding } =
    await loadSettings(db);
  const view: { writes: Writes } & Omit<SettingsView, "writes"> = {
    writes,
    graceDays: policy.graceDays,
    noPlanWord: policy.noPlanWord,
    breakerPercent: breaker.percent,
    breakerMinimum: breaker.minimum,
    readAllocation,
    fullPassHour,
    supportContact,
    binding,
  };
  return view;
}
