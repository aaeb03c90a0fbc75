import type { CancelField } from "./account/lifecycle";
import type { NewWebhookEndpoint } from "./account/webhook-endpoints";
import { requireVersion } from "./api/versions/versions";
import type { Latency } from "./control/control";
import type { Limits } from "./control/rate-limiter";

export interface SandboxOptions {
  /** `acct_…` */
  accountId?: string;
  livemode?: boolean;
  /** Accepted keys. Other keys get a 401. */
  secretKeys?: readonly string[];
  /** Accepted keys that may not read the account. */
  restrictedKeys?: readonly string[];
  /** A key that may only use checkout and portal sessions. */
  checkoutKey?: string;
  /** The origin of the payment pages for browsers; by default where the sandbox listens. */
  publicUrl?: string;
  /** The field that the portal sets when a customer cancels; `cancel_at` by default. */
  portalCancels?: CancelField;
  /** How many seconds of the clock pass until a search of customers sees a change; 0 by default, at Stripe up to 60. */
  searchLagSeconds?: number;
  /** Milliseconds from payment until customer and subscription exist. 0: before the payer gets a response. */
  attachAfterMs?: number;
  /** Webhook endpoints, only on this machine and on `webhookHosts`; `types` is all by default. More can be created over the API. */
  webhooks?: readonly { url: string; secret: string; types?: readonly string[]; apiVersion?: string }[];
  /** Hosts besides this machine that may get webhooks, such as `host.docker.internal`; none by default. */
  webhookHosts?: readonly string[];
  /** The account's own API version: of requests that name none, and of its events. That of the pinned SDK by default. */
  apiVersion?: string;
  /** Milliseconds before each retry of a delivery. It fails after the last retry. */
  webhookRetriesMs?: readonly number[];
  /** Decides all ids and random choices: the same seed gives the same ones. */
  seed?: number;
  /** The clock in epoch seconds; the machine's by default. */
  now?: () => number;
  /** The file that keeps the state over restarts. */
  stateFile?: string;
  /** How long events are kept. 0: no events are created. */
  eventRetentionDays?: number;
  /** Milliseconds that each response takes: fixed, or random between two (seeded). */
  latency?: Latency["ms"];
  /** Rate limits; none by default. */
  limits?: Limits;
  /** How many requests `requests.list()` holds. */
  rememberedRequests?: number;
}

export const DEFAULT_SECRET_KEY = "sk_test_sandbox";

/** The API version of the pinned SDK. */
export const API_VERSION = "2026-10-28.endive";

/** The options with their defaults. */
export function withDefaults(options: SandboxOptions) {
  return {
    accountId: options.accountId ?? "acct_sandboxParity",
    searchLagSeconds: options.searchLagSeconds ?? 0,
    livemode: options.livemode ?? false,
    secretKeys: options.secretKeys ?? [DEFAULT_SECRET_KEY],
    restrictedKeys: options.restrictedKeys ?? [],
    checkoutKeys: options.checkoutKey === undefined ? [] : [options.checkoutKey],
    publicUrl: options.publicUrl,
    attachAfterMs: options.attachAfterMs ?? 1_500,
    portalCancels: options.portalCancels ?? "cancel_at",
    webhooks: (options.webhooks ?? []).map(
      ({ url, secret, types, apiVersion }): NewWebhookEndpoint => ({
        url,
        secret,
        enabled_events: types,
        api_version: apiVersion,
      }),
    ),
    webhookHosts: options.webhookHosts ?? [],
    apiVersion: requireVersion(options.apiVersion ?? API_VERSION),
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
