import type { StripeFailure } from "~/stripe/failure.server";
import { findPermission, findPermissionNamed, type PermissionEntry, type RefusalSubject } from "./catalogue";

/** What Stripe now grants or refuses to a key. */
export type Refusal = { subject: RefusalSubject; isRefused: boolean; requestId: string | null };

/** Told when Stripe grants or refuses something; for what stays the same, once a minute. Must not throw. */
export type ReportRefusal = (refusal: Refusal) => Promise<void>;

export type WatchOptions = {
  key: PermissionEntry["key"];
  report: ReportRefusal;
  /** Asks Stripe whether the key has the permission, with a request about no object in particular. */
  probe: (permission: PermissionEntry) => Promise<ProbeResult>;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

/** `unknown`: Stripe answered neither with what was asked for nor with a refusal. */
export type ProbeResult = {
  state: "granted" | "refused" | "unknown";
  requestId: string | null;
  /** Stripe's clock, epoch seconds. */
  stripeTime: number | null;
};

const REPEAT_MS = 60_000;

/**
 * Learns from every answer of Stripe which permissions a key has. A refusal about one object is not a missing permission: it
 * counts when Stripe names the permission that the request needs, or when a request about no object is refused too.
 */
export class PermissionWatch {
  readonly #options: WatchOptions;
  readonly #now: () => number;
  readonly #reported = new Map<RefusalSubject, { isRefused: boolean; at: number }>();
  readonly #probing = new Map<RefusalSubject, Promise<void>>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** An answer to a request: null when Stripe gave what was asked for. */
  async note(endpoint: string, failure: StripeFailure | null): Promise<void> {
    const { key } = this.#options;
    const keySubject = key === "secret" ? "key" : "checkout_key";
    if (failure?.reason === "unauthorized") return this.#report(keySubject, true, failure.requestId);
    const own = findPermission(endpoint, key);
    if (failure === null) {
      await this.#report(keySubject, false, null);
      if (own) await this.#report(own.id, false, null);
      return;
    }
    if (failure.reason !== "forbidden") return;
    const named = findPermissionNamed(failure.message, key);
    if (named && isNeededBy(endpoint, named, own)) return this.#report(named.id, true, failure.requestId);
    if (own) await this.#confirm(own);
  }

  /** Asks Stripe about one permission, and reports the answer. */
  async probe(permission: PermissionEntry): Promise<ProbeResult> {
    const result = await this.#options.probe(permission);
    if (result.state !== "unknown")
      await this.#report(permission.id, result.state === "refused", result.requestId);
    return result;
  }

  /** Many requests are refused together: Stripe is asked once. */
  async #confirm(permission: PermissionEntry): Promise<void> {
    const known = this.#reported.get(permission.id);
    if (known?.isRefused && this.#now() - known.at < REPEAT_MS) return;
    const asking =
      this.#probing.get(permission.id) ??
      this.probe(permission)
        .then(() => {})
        .finally(() => this.#probing.delete(permission.id));
    this.#probing.set(permission.id, asking);
    await asking;
  }

  async #report(subject: RefusalSubject, isRefused: boolean, requestId: string | null): Promise<void> {
    const known = this.#reported.get(subject);
    const at = this.#now();
    if (known?.isRefused === isRefused && at - known.at < REPEAT_MS) return;
    this.#reported.set(subject, { isRefused, at });
    await this.#options.report({ subject, isRefused, requestId });
  }
}

/** Lists of subscriptions come with fields of other objects, which need the permission of these objects. */
const isNeededBy = (endpoint: string, named: PermissionEntry, own: PermissionEntry | null): boolean =>
  named.id === own?.id || (endpoint === "GET /v1/subscriptions" && named.id !== "account");
