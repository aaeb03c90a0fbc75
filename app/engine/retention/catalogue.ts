/** The settings that say how many days something is kept. Empty: for ever. */
export type LifeSetting = "keepRunsDays" | "keepEventsDays" | "keepAuditDays";

/** How long the rows of a table are kept. */
export type KeptTable = {
  /** What a row is. */
  rows: string;
} & (
  | {
      /** So many days, or as many as a setting says. */
      life: number | LifeSetting;
      /** From when the days count: "since …". */
      since: string;
      /** What stays all the same. */
      stays?: string;
    }
  | {
      /** Not removed by age: why it does not grow without end, or why it stays. */
      life: null;
      why: string;
    }
);

const ONE_A_USER = "one row a user";
const OF_STRIPE = "what Stripe said last: the evidence that every verdict and revocation rests on";
const OF_STAFF = "what staff decided, and what still follows from it";

/** Every table of the schema `parity`, and how long its rows live. The cleaner and docs/retention.md follow from it. */
export const TABLES = {
  Run: {
    ...{ rows: "a run", life: "keepRunsDays", since: "it ended" },
    stays:
      "a run with a repair or a decision that is kept; the last one of each kind and the first one of all; the preview that a kept run applied; the run that a kept run took back",
  },
  RunUser: {
    ...{ rows: "the result of a run for one user", life: "keepRunsDays", since: "the run ended" },
    stays:
      "the result of a user that was repaired, as long as the run stays; all results of a run that stays as the last one of its kind",
  },
  RunBatch: { rows: "a part of a run's users", life: 1, since: "the run ended" },
  StripeEvent: {
    ...{
      rows: "an event of Stripe's, without its payload",
      life: "keepEventsDays",
      since: "it was received",
    },
    stays:
      "an event whose customer was not read since; of each customer the last payment of each kind (grace, and the time from payment to access, count from it)",
  },
  Change: {
    ...{ rows: "a repair", life: "keepAuditDays", since: "it was written" },
    stays:
      "every repair of a user that has or had complimentary access (what was given by it may be taken again); the last older one of each user; all of a run while one of them is kept by its age",
  },
  Decision: {
    ...{ rows: "a decision of staff", life: "keepAuditDays", since: "it was made" },
    stays: "decisions about a user that has or had complimentary access; a decision whose undo is kept",
  },
  SettingChange: {
    ...{ rows: "a change of a setting, a plan or staff", life: "keepAuditDays", since: "it was made" },
    stays: "the last one about each of them",
  },
  Selection: {
    ...{ rows: "users that staff selected for a run or a decision", life: 30, since: "they were selected" },
    stays: "while a run over them goes on",
  },
  SelectedUser: {
    ...{ rows: "one of them", life: 30, since: "they were selected" },
    stays: "while a run over them goes on",
  },
  Alert: { rows: "a time that an alert was open", life: 180, since: "it was over" },
  StripeRequestCount: { rows: "requests to Stripe of one day, by endpoint", life: 400, since: "that day" },
  CheckoutAttempt: {
    ...{ rows: "the payment page that a customer was last sent to", life: 30, since: "it was made" },
  },
  RateLimitCounter: { rows: "how often a customer asked for something", life: 1, since: "it was counted" },
  StaffSession: { rows: "a session of staff", life: 1, since: "it expired" },
  StaffVerification: { rows: "a step of a sign-in that waits", life: 1, since: "it expired" },
  StaffInvitation: { rows: "a link that lets a person join", life: 90, since: "it expired" },
  StaffRateLimit: { rows: "how often an address asked the sign-in", life: 1, since: "the last time" },
  SignInLimit: { rows: "failed sign-ins", life: 1, since: "the last one" },
  EndedCustomerSession: { rows: "a session that a customer left", life: 1, since: "it would have expired" },
  jobs: {
    ...{ rows: "a job of the queue", life: 30, since: "it failed for the last time" },
    stays: "jobs that wait or run",
  },
  WebhookDelivery: {
    ...{ rows: "webhook deliveries of one day, by result", life: null },
    why: "a few rows a day; Health asks since when webhooks arrive",
  },
  SyncStatus: { rows: "the verdict on a user, and since when", life: null, why: ONE_A_USER },
  UserCheck: { rows: "when a user was checked last", life: null, why: ONE_A_USER },
  ChosenSubscription: { rows: "the subscription row that counted last", life: null, why: ONE_A_USER },
  RecheckQueue: { rows: "a user to be evaluated again", life: null, why: "taken out when that is done" },
  CheckRequest: {
    ...{ rows: "a check that the application asked for", life: null },
    why: "taken out within seconds; at most 10,000 wait",
  },
  StripeCustomer: { rows: "a customer", life: null, why: OF_STRIPE },
  StripeSubscription: { rows: "a subscription", life: null, why: OF_STRIPE },
  StripeReversal: { rows: "a refund or a dispute", life: null, why: OF_STRIPE },
  StripePrice: { rows: "what a price costs", life: null, why: "one row a price" },
  StripeRefusal: { rows: "what Stripe refuses now", life: null, why: "one row a permission" },
  StripeRateBucket: { rows: "the budget of requests", life: null, why: "one row an endpoint" },
  Link: { rows: "a customer of a user", life: null, why: OF_STAFF },
  Comp: { rows: "complimentary access", life: null, why: OF_STAFF },
  Hold: { rows: "a hold", life: null, why: OF_STAFF },
  Acknowledgement: { rows: "an acknowledged mismatch", life: null, why: OF_STAFF },
  IgnoredCustomer: { rows: "a customer that is no user's", life: null, why: OF_STAFF },
  Plan: { rows: "a plan", life: null, why: OF_STAFF },
  PlanPrice: { rows: "a price of a plan", life: null, why: OF_STAFF },
  Setting: { rows: "a setting", life: null, why: OF_STAFF },
  SavedView: { rows: "a saved view of the users list", life: null, why: "until its owner deletes it" },
  AlertMute: { rows: "a kind of alerts that is muted", life: null, why: "one row a kind" },
  Staff: { rows: "a member of staff", life: null, why: "the audit names them, also after they have left" },
  StaffAccount: { rows: "how a member signs in", life: null, why: "removed with the member" },
  StaffTwoFactor: { rows: "the second factor of a member", life: null, why: "removed with the member" },
  Mapping: { rows: "the mapping", life: null, why: "one row" },
  Cursor: { rows: "how far something was read", life: null, why: "a fixed number of rows" },
  MetricTotal: { rows: "a counter", life: null, why: "a fixed number of rows" },
  PaddedId: {
    ...{ rows: "an id or address that a record names with blanks around it", life: null },
    why: "a few rows a user, replaced with each evaluation",
  },
  WorkerProcess: { rows: "a process that takes jobs", life: null, why: "removed when the process is gone" },
  AppliedMigration: { rows: "a migration that was applied", life: null, why: "one row a migration" },
} as const satisfies Record<string, KeptTable>;

export type TableName = keyof typeof TABLES;
/** The tables that are cleaned by age. */
export type AgedName = {
  [Name in TableName]: (typeof TABLES)[Name]["life"] extends null ? never : Name;
}[TableName];

const names = Object.keys(TABLES).filter((name): name is TableName => Object.hasOwn(TABLES, name));
export const AGED_NAMES = names.filter((name): name is AgedName => TABLES[name].life !== null);
