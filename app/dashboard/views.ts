import type { Mismatch } from "~/billing/mismatches";
import type { EpochSeconds } from "~/billing/observation";
import type { WriteMode } from "~/billing/policy";
import type { LinkSource } from "~/billing/snapshot";
import type { Flag, Severity, Verdict } from "~/billing/verdicts";
import type { RunMode, RunOutcome, RunScope, RunState } from "~/engine/repair/run-words";

export type { RunMode, RunOutcome, RunScope, RunState };

/** A price as people read it; `unitAmount` in the smallest unit of the currency, null when tiered. */
export type PriceView = {
  unitAmount: number | null;
  currency: string;
  interval: string | null;
  intervalCount: number;
  quantity: number;
};

/** Stripe's word: the subscription that counts, or null when none does. */
export type StripeView = {
  customerId: string;
  subscriptionId: string;
  status: string;
  planName: string | null;
  price: PriceView | null;
  currentPeriodEnd: EpochSeconds | null;
  cancelsAt: EpochSeconds | null;
  endedAt: EpochSeconds | null;
};

/** The database's word. */
export type DatabaseView = {
  status: string | null;
  plan: string | null;
  planName: string | null;
  stripeCustomerId: string | null;
  workspaces: { id: string; name: string; status: string; seats: number }[];
  access: boolean;
};

/** One user with both words side by side: a row of the table, and the head of the user's page. Evaluated on the live record. */
export type UserView = {
  userId: string;
  email: string;
  name: string | null;
  verdict: Verdict;
  severity: Severity;
  flags: Flag[];
  /** A sentence that a support agent can read out. */
  sentence: string;
  stripe: StripeView | null;
  database: DatabaseView;
  mismatches: Mismatch[];
  money: { kind: "locked_out" | "leaking"; perMonth: number; currency: string } | null;
  since: EpochSeconds | null;
  observedAt: EpochSeconds | null;
  /** Why the repair that is due will not be made by itself; null when nothing blocks it. */
  blocked: string | null;
  /** `blocked` as a sentence. */
  blockedSentence: string | null;
};

/** One line of the comparison on a user's page. */
export type ComparisonLine = {
  /** What the field is called, e.g. "Plan" or "Workspace “Acme” · soldiers". */
  label: string;
  field: string;
  recorded: string;
  expected: string;
  /** Stripe's raw value, e.g. `price_… (army_yearly)`; null when Stripe has none. */
  stripe: string | null;
  why: string;
  differs: boolean;
  severity: Mismatch["severity"] | null;
};

export type SubscriptionView = StripeView & { counts: boolean; created: EpochSeconds; open: boolean };

export type LinkView = {
  customerId: string;
  sources: LinkSource[];
  state: "present" | "deleted" | "missing" | "never_seen";
  email: string | null;
};

export type TimelineEntry = {
  at: EpochSeconds;
  /** e.g. "Synced by staff", "Seen by the cron run" */
  title: string;
  /** Lines "field: before → after"; empty when the entry changed nothing. */
  changes: string[];
  runId: string | null;
};

export type UserPage = {
  user: UserView;
  comparison: ComparisonLine[];
  /** What pressing Sync will do, as sentences; empty when nothing. */
  syncWill: string[];
  subscriptions: SubscriptionView[];
  links: LinkView[];
  /** Unlinked paying customers with this user's address. */
  suggestions: string[];
  timeline: TimelineEntry[];
};

/** What one sync of one user came to. */
export type SyncResult = {
  outcome: "synced" | "in_sync" | "blocked" | "review" | "failed";
  /** "Synced. Customer 0042 has Army with 5 soldiers." */
  message: string;
  changes: string[];
  runId: string | null;
  verdictBefore: Verdict;
  verdictAfter: Verdict;
};

export type RunView = {
  id: string;
  /** "Ada (staff)", "cron", "command line" */
  by: string;
  mode: RunMode;
  scope: RunScope;
  state: RunState;
  phase: "observe" | "evaluate" | "finished";
  total: number;
  /** Subscriptions read so far in this run. */
  observed: number;
  synced: number;
  skipped: number;
  review: number;
  failed: number;
  notChecked: number;
  stripeRequests: number;
  reason: string | null;
  previewRunId: string | null;
  createdAt: EpochSeconds;
  finishedAt: EpochSeconds | null;
  /** Age of what was evaluated: the oldest observation, as a time; null when nothing was read yet. */
  evaluatedFrom: EpochSeconds | null;
};

/** Users of a run by verdict, outcome and reason. */
export type RunGroup = {
  /** What `runs.page({group})` takes to list these users; opaque. */
  key: string;
  verdict: Verdict;
  outcome: RunOutcome;
  reason: string | null;
  users: number;
  /** "12 customers have paid and are locked out: access will be given." */
  sentence: string;
};

export type RunUserView = {
  userId: string;
  email: string;
  name: string | null;
  verdict: Verdict;
  outcome: RunOutcome;
  reason: string | null;
  sentence: string;
};

export type RunPage = { run: RunView; groups: RunGroup[]; users: RunUserView[]; next: string | null };

/** Money at stake per currency, never summed across. */
export type Stake = { currency: string; perMonth: number; users: number };

/** From payment to access, in seconds, by what gave it. */
export type PaymentToAccess = { layer: string; grants: number; p50: number; p95: number; p99: number };

/** Requests to Stripe by endpoint, the busiest first, against the allocation of 30 days. */
export type StripeReads = {
  allocation: number;
  /** False: nobody has set it, and it is the least that Stripe is reported to include. */
  ownAllocation: boolean;
  endpoints: { endpoint: string; today: number; last30Days: number }[];
};

export type OverviewRuns = {
  lastPass: EpochSeconds | null;
  liveRun: RunView | null;
  recentRuns: RunView[];
  reads: StripeReads;
};

export type OverviewCounts = {
  verdicts: { verdict: Verdict; users: number }[];
  lockedOut: Stake[];
  leaking: Stake[];
  users: number;
  waitingRevocations: number;
  unclaimed: number;
  /** Of the last 30 days; layers that gave nobody access are left out. */
  paymentToAccess: PaymentToAccess[];
};

export type Overview = OverviewRuns & OverviewCounts;

/** What the frame counts for every page. */
export type FrameCounts = {
  lockedOutUsers: number;
  lockedOut: Stake[];
  waitingRevocations: number;
};

/** What the frame shows on every page, beside what it counts. */
export type FrameView = {
  account: string | null;
  mode: "test" | "live" | "sandbox";
  writeMode: WriteMode;
  liveRunId: string | null;
  /** Set when nothing may be written: wrong account, Stripe not answering, … as a sentence. */
  warning: string | null;
};

export type SettingsView = {
  writeMode: WriteMode;
  graceDays: number;
  noPlanWord: string | null;
  revocationLimitPercent: number;
  revocationLimitMinimum: number;
  /** Null: 10,000, the least that Stripe is reported to include. */
  readAllocation: number | null;
  /** Hour of the day (UTC) from which the scheduler reads everything once; null: only when it must. */
  fullRunHour: number | null;
  /** So many customers, those not read for longest, are read by each tick though nothing says that they changed. */
  recheckPerRun: number;
  /** Where customers write to: an e-mail address or an https address. */
  supportContact: string | null;
  binding: { accountId: string; livemode: boolean; boundAt: EpochSeconds } | null;
};
