import type { EpochSeconds } from "~/billing/observation";
import { findFullRun } from "~/engine/account/cursors.server";
import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countDriftedUsers } from "~/engine/evaluate/enqueue-drifted-users.server";
import { countUsers } from "~/engine/evaluate/users.server";
import { type LayerSeconds, summarizePaymentToAccess } from "~/engine/repair/payment-to-access.server";
import { findLiveRun } from "~/engine/runs/live-runs.server";
import type { Database, Tx } from "~/platform/client.server";
import type { DatabaseMonitor } from "~/platform/database/monitor.server";
import {
  countPendingRevocations,
  countUnlinkedCustomers,
  type Stake,
  selectStakes,
  sumMoneyAtStake,
} from "./account-facts.server";
import type { CountCache } from "./count-cache.server";
import { countFrame, loadFrame } from "./frame.server";
import { loadFreshness } from "./freshness.server";
import { rememberLast } from "./last-counts.server";
import { findRefused } from "./refused.server";
import { listRunViews, loadRunView } from "./run-pages.server";
import { nameCaller, type RunView } from "./run-view.server";
import { type EndpointReads, listStripeReads } from "./stripe-reads.server";
import { countVerdicts, type VerdictCount } from "./users-list/users-count.server";

const RECENT_RUNS = 5;
/** Requests in 30 days. Stripe is reported to include 500 per transaction, and at least this many. */
const MINIMUM_ALLOCATION = 10_000;

/** Time from payment to access in seconds, by what granted the access ("scheduler", "workspace visit", …). */
export type PaymentToAccess = LayerSeconds & {
  /** The kind of caller, as the activity filters by it. */ caller: string;
};

/** Requests to Stripe by endpoint, busiest first, compared with the allocation for 30 days. */
export type StripeReads = {
  allocation: number;
  /** False: no allocation is set, and `allocation` is the minimum that Stripe is reported to include. */
  ownAllocation: boolean;
  endpoints: EndpointReads[];
};

export type OverviewRuns = {
  /** When the last full run finished; null before the first. */
  lastFullRun: EpochSeconds | null;
  liveRun: RunView | null;
  recentRuns: RunView[];
  reads: StripeReads;
};

export type OverviewCounts = {
  verdicts: VerdictCount[];
  lockedOut: Stake[];
  leaking: Stake[];
  /** Paid at prices that are not mapped to a plan. */
  unmapped: Stake[];
  users: number;
  pendingRevocations: number;
  /** Paying Stripe customers that belong to no user. */
  unlinkedCustomers: number;
  /** Of the last 30 days; callers that granted no access are left out. */
  paymentToAccess: PaymentToAccess[];
};

export type Overview = OverviewRuns & OverviewCounts;

/** The overview and the frame around every page. Counts come from the cache, and are null when they take too long. */
export function createOverview(
  deps: Deps,
  options: { sandbox: boolean; countCache: CountCache; database: Pick<DatabaseMonitor, "describeTrouble"> },
) {
  const { db } = deps;
  const { sandbox, countCache, database } = options;
  const lastCounts = rememberLast(() => countCache.count("frame", countFrame));
  return {
    frame: () => loadFrame(deps, sandbox, database),
    frameCounts: lastCounts.count,
    /** What was counted a moment ago, for a page that comes before the new count: its bars keep their place. */
    lastFrameCounts: lastCounts.read,
    /** The whole overview; waits for its counts however long they take. */
    overview: async (): Promise<Overview> => ({
      ...(await loadOverviewRuns(deps)),
      ...(await countOverview(db)),
    }),
    /**
     * How old what is known is, how many users were changed since in the database by another program, and why nothing can be
     * checked or repaired now.
     */
    freshness: async () => {
      const { fields } = await loadSettings(db);
      return {
        ...(await loadFreshness(db)),
        drifted: await countDriftedUsers(db, fields),
        refused: (await findRefused(db))?.text ?? null,
      };
    },
    overviewRuns: () => loadOverviewRuns(deps),
    overviewCounts: () => countCache.count("overview", countOverview),
  };
}

/** Runs and requests to Stripe: quick to load. */
async function loadOverviewRuns({ db }: Deps): Promise<OverviewRuns> {
  const [fullRun, live, recentRuns, endpoints, { readAllocation }] = await Promise.all([
    findFullRun(db),
    findLiveRun(db),
    listRunViews(db, RECENT_RUNS),
    listStripeReads(db),
    loadSettings(db),
  ]);
  return {
    lastFullRun: fullRun?.finishedAt ?? null,
    liveRun: live && (await loadRunView(db, live)),
    recentRuns,
    reads: {
      allocation: readAllocation ?? MINIMUM_ALLOCATION,
      ownAllocation: readAllocation !== null,
      endpoints,
    },
  };
}

/** How many users differ from Stripe, and the money at stake. Slow for a million users. */
export async function countOverview(db: Database | Tx): Promise<OverviewCounts> {
  const money = await sumMoneyAtStake(db);
  const layers = await summarizePaymentToAccess(db);
  return {
    verdicts: await countVerdicts(db),
    lockedOut: selectStakes(money, "locked_out"),
    leaking: selectStakes(money, "leaking"),
    unmapped: selectStakes(money, "unmapped"),
    users: await countUsers(db),
    pendingRevocations: await countPendingRevocations(db),
    unlinkedCustomers: await countUnlinkedCustomers(db),
    paymentToAccess: layers.map(({ layer, ...figures }) => ({
      layer: nameCaller(layer),
      caller: layer,
      ...figures,
    })),
  };
}
