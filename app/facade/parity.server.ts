import type { CustomerPage } from "~/customers/customer-views";
import type { UsersList } from "~/dashboard/users-list/users-list.server";
import type {
  FrameCounts,
  FrameView,
  Overview,
  OverviewCounts,
  OverviewRuns,
  PriceView,
  RunPage,
  RunView,
  SettingsView,
  SyncResult,
  UserPage,
  UserView,
} from "~/dashboard/views";

/** Who or what caused something. `id` is a staff id or a program's name; never an e-mail address. */
export type Actor = {
  kind: "staff" | "cron" | "webhook" | "workspace" | "checkout" | "command_line";
  id: string | null;
};

/** What the workspace route answers; `sync.state` per the contract. */
export type WorkspaceAnswer = {
  workspace: { id: string; name: string; status: string; seats: number };
  billing: {
    plan: string | null;
    status: string | null;
    currentPeriodEnd: string | null;
    cancelAtPeriodEnd: boolean;
  };
  sync: { state: "fresh" | "checking" | "stale" | "unavailable"; lastCheckedAt: string | null };
};

/** The cron route's answer, per the contract. */
export type CronAnswer = {
  success: boolean;
  done: boolean;
  alreadyRunning?: true;
  syncedCount: number;
  skippedCount: number;
  reviewCount: number;
  failedCount: number;
  notChecked: number;
  total: number;
  scope: "incremental" | "full";
  runId: string;
  durationMs: number;
  stripeRequests: number;
  reason?: string;
};

/** `ignored`: a type or a mode that is not ours; acknowledged all the same. */
export type EventReceipt =
  | {
      ok: true;
      id: string;
      type: string;
      outcome: "stored" | "known" | "ignored";
      /** Settled in this very request; false where a worker does it. */
      settled: boolean;
    }
  | { ok: false; reason: "not_configured" | "bad_signature" | "bad_event" };

export type SoldPlan = { id: string; name: string; seats: number; price: PriceView | null };

export type StartCheckout = {
  userId: string;
  workspaceId: string;
  planId: string;
  /** Where Stripe sends the customer back to; `{CHECKOUT_SESSION_ID}` is filled in by Stripe. */
  successUrl: string;
  cancelUrl: string;
};

/**
 * Why nothing is sold. `already_paying`: there is an open subscription; it is changed in the portal, not bought again.
 * `just_paid`: a payment page was paid, and its subscription is not attached yet. `being_matched`: a payment is there that
 * staff must match with this user first. `not_checked`: Stripe could not be asked what they have already.
 */
export type CheckoutRefusal =
  | "not_configured"
  | "unknown_plan"
  | "no_such_workspace"
  | "already_paying"
  | "just_paid"
  | "being_matched"
  | "not_checked"
  | "too_many"
  | "no_customer"
  | "stripe_failed";

/** What the return page shows. `before` and `after` are statuses of the user's first workspace. */
export type CheckoutSync =
  | { state: "done"; before: WorkspaceAnswer["billing"]; after: WorkspaceAnswer["billing"]; access: boolean }
  | { state: "pending" }
  | { state: "not_yours" }
  | { state: "too_many"; retryAfterSeconds: number };

/** Everything that routes and the command line may ask for: the use cases, bound to one database and one Stripe account. */
export type Parity = {
  frame(): Promise<FrameView>;
  /** What the frame counts: may come later than the page; null when it takes too long. */
  frameCounts(): Promise<FrameCounts | null>;
  overview(): Promise<Overview>;
  /** The overview's two halves: what runs, at once; and what is counted, as `frameCounts`. */
  overviewRuns(): Promise<OverviewRuns>;
  overviewCounts(): Promise<OverviewCounts | null>;

  /** The lists behind the users table: ids by search, filter and sort. */
  users: UsersList;
  /** Views for these users, evaluated now against the live record, in the order given; unknown ids are left out. */
  views(userIds: readonly string[]): Promise<UserView[]>;
  userPage(userId: string): Promise<UserPage | null>;
  /** A user by id, e-mail, `cus_…` or `sub_…`; null when none or several match. */
  findUser(query: string): Promise<string | null>;

  /** Reads Stripe for one user, evaluates, repairs. Null when there is no such user. */
  syncUser(input: {
    userId: string;
    actor: Actor;
    signal?: AbortSignal;
    /** An admin confirmed this user's revocation; `override` also without evidence, with a typed reason. */
    confirmedRevocation?: { override: boolean; reason: string };
  }): Promise<SyncResult | null>;
  /** Reads Stripe and says what a sync would do; never writes the record. */
  previewUser(input: { userId: string; actor: Actor }): Promise<UserPage | null>;

  runs: {
    /** Evaluated from what is stored; writes no record. `readStripe` reads everything first. */
    preview(input: { actor: Actor; readStripe?: boolean }): Promise<RunView>;
    /** Starts (or joins, when one is live) a whole-account run; with `previewRunId` only what was previewed. */
    apply(input: { actor: Actor; previewRunId?: string }): Promise<{ run: RunView; joined: boolean }>;
    /** One bounded piece of a run; the run as it then stands. Milliseconds. */
    step(runId: string, budgetMs: number): Promise<RunView>;
    /** Drives a run to its end in this process, in the background. */
    drive(runId: string): void;
    cancel(runId: string): Promise<void>;
    list(input: { limit: number; before?: string }): Promise<RunView[]>;
    page(input: { runId: string; group?: string; after?: string; limit: number }): Promise<RunPage | null>;
    /** The cron route: goes on with a live whole-account run or starts one, within the budget. */
    cron(input: { budgetMs: number; scope: "incremental" | "full" }): Promise<CronAnswer>;
    /** Evaluates batches of a run beside whoever holds its lease, within the budget; returns when there is none left. */
    help(input: { runId: string; budgetMs: number }): Promise<void>;
  };

  workspace: {
    /** The workspace as its owner sees it; null for anybody else's. Never waits for Stripe. */
    answer(input: { workspaceId: string; userId: string }): Promise<WorkspaceAnswer | null>;
    /** The same with what its page says beside it; null for anybody else's. Never waits for Stripe. */
    page(input: { workspaceId: string; userId: string }): Promise<CustomerPage | null>;
    /** Checks the owner's payment in the background when a check is due; returns at once, never throws. */
    checkInBackground(userId: string): void;
    /** Owner of a workspace; null when there is no such workspace. */
    ownerOf(workspaceId: string): Promise<string | null>;
  };

  /** Stripe's webhook events: signals to read again. */
  events: {
    /** Checks the signature over the raw body and stores the event before it is acknowledged. */
    receiveSigned(body: Uint8Array, signature: string | null): Promise<EventReceipt>;
    /** Reads a customer again and repairs whom it belongs to. Throws when Stripe could not be asked: try again. */
    settle(input: { customerId: string; sessionId: string | null }): Promise<void>;
  };

  /** The customer's way to pay. */
  checkout: {
    /** False without STRIPE_CHECKOUT_KEY: nothing can be bought or managed, and the pages link nowhere. */
    available: boolean;
    /** Plans that can be bought, cheapest first; `price` when it has been seen. */
    plans(): Promise<SoldPlan[]>;
    /** The address of Stripe's payment page for a plan, after a look at what Stripe says now (at most 6 s). */
    start(input: StartCheckout): Promise<{ ok: true; url: string } | { ok: false; reason: CheckoutRefusal }>;
    /** The address of Stripe's page where a customer manages what they have. */
    portal(input: {
      userId: string;
      returnUrl: string;
    }): Promise<{ ok: true; url: string } | { ok: false; reason: CheckoutRefusal }>;
    /** After paying: waits (at most 8 s) until Stripe has attached the subscription, and gives access. */
    sync(input: { userId: string; sessionId: string | null }): Promise<CheckoutSync>;
  };

  settings: {
    get(): Promise<SettingsView>;
    set(change: Partial<Omit<SettingsView, "binding">>, actor: Actor): Promise<SettingsView>;
  };

  /** Figures in Prometheus' text format. */
  metrics(): Promise<string>;

  /** Waits for what runs in the background, or hands it on: leases are released. */
  close(): Promise<void>;
};
