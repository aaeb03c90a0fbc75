import type { CancelField } from "./account/life";
import type { NewWebhookEndpoint } from "./account/webhook-endpoints";
import type { Latency } from "./control/control";
import type { Limits } from "./control/rate-ceilings";

export interface SandboxOptions {
  /** `acct_…` */
  accountId?: string;
  livemode?: boolean;
  /** Keys that are accepted. Any other gets a 401. */
  secretKeys?: readonly string[];
  /** Keys that are accepted but may not read the account. */
  restrictedKeys?: readonly string[];
  /** A key that may only sell: checkout and portal sessions. */
  checkoutKey?: string;
  /** The origin under which browsers reach the payment pages; where it listens, unless given. */
  publicUrl?: string;
  /** Which field the portal sets when a customer cancels; `cancel_at` alone, unless given. */
  portalCancels?: CancelField;
  /** Milliseconds from Pay until customer and subscription are there. 0: before the answer to the payer is sent. */
  attachAfterMs?: number;
  /** Where events are sent; `types` is all, unless given. Only to this machine. More can be made over the API. */
  webhooks?: readonly { url: string; secret: string; types?: readonly string[] }[];
  /** Milliseconds before each further attempt to deliver; after the last of them an event is given up. */
  webhookRetriesMs?: readonly number[];
  /** Decides all ids and chances: the same seed gives the same ones. */
  seed?: number;
  /** The clock: epoch seconds. The machine's, unless given. */
  now?: () => number;
  /** The state is kept here over restarts. */
  stateFile?: string;
  /** How long events are kept. 0: none are written at all. */
  eventRetentionDays?: number;
  /** Milliseconds that each answer takes: fixed, or by seeded chance between two. */
  latency?: Latency["ms"];
  /** Ceilings; without them there are none. */
  limits?: Limits;
  /** How many requests `requests.list()` remembers. */
  rememberedRequests?: number;
}

export const DEFAULT_SECRET_KEY = "sk_test_sandbox";

/** The version that the pinned SDK speaks. */
export const API_VERSION = "2026-10-28.endive";

/** The options with their defaults. */
export function settingsOf(options: SandboxOptions) {
  return {
    accountId: options.accountId ?? "acct_sandboxParity",
    livemode: options.livemode ?? false,
    secretKeys: options.secretKeys ?? [DEFAULT_SECRET_KEY],
    restrictedKeys: options.restrictedKeys ?? [],
    checkoutKeys: options.checkoutKey === undefined ? [] : [options.checkoutKey],
    publicUrl: options.publicUrl,
    attachAfterMs: options.attachAfterMs ?? 1_500,
    portalCancels: options.portalCancels ?? "cancel_at",
    webhooks: (options.webhooks ?? []).map(
      ({ url, secret, types }): NewWebhookEndpoint => ({ url, secret, enabled_events: types }),
    ),
    webhookRetriesMs: options.webhookRetriesMs ?? [1_000, 5_000, 30_000, 120_000, 600_000],
    seed: options.seed ?? 1,
    now: options.now ?? (() => Date.now() / 1000),
    stateFile: options.stateFile,
    eventRetentionDays: options.eventRetentionDays ?? 30,
    latency: options.latency ?? 0,
    limits: options.limits ?? {},
    rememberedRequests: options.rememberedRequests ?? 10_000,
  };
}
