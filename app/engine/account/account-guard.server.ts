import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { readDatabaseTime } from "~/platform/versions.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";
import { isPassing } from "~/stripe/failure.server";
import type { StripeReader } from "~/stripe/reader.server";
import { type Binding, bindOnce, loadSettings } from "./settings.server";

export type GuardAnswer =
  | { ok: true; binding: Binding }
  | {
      ok: false;
      reason: "wrong_account" | "unauthorized" | "unknown_account" | "unreachable";
      message: string;
      /** What a person can do. */
      remedy: string;
      /** STRIPE_ACCOUNT_ID names another account than the key's: the environment is wrong, not the database. */
      isMisconfigured?: true;
    };

/** Is this the Stripe account that the database belongs to? */
export type AccountGuard = {
  /**
   * Asks Stripe at most every 10 minutes; binds the database on first use. `withinMs`: how long the caller waits, as for a
   * person; the question goes on.
   */
  check(withinMs?: number): Promise<GuardAnswer>;
  /** The last answer, without asking; null before the first check. */
  last(): GuardAnswer | null;
};

export type GuardOptions = {
  db: Database;
  stripe: StripeReader;
  /** STRIPE_ACCOUNT_ID: what Stripe says must agree; it is believed only where Stripe does not say. */
  configuredAccountId: string | null;
  log: Log;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

const UNREACHABLE: GuardAnswer & { ok: false } = {
  ok: false,
  reason: "unreachable",
  message: "Stripe does not answer, so the account could not be confirmed. Nothing is written meanwhile.",
  remedy: "Wait, or look at status.stripe.com: it is asked again by itself.",
};

const IDENTITY_MS = 10 * 60_000;
/** All callers wait for the same question, also those that have time. */
const REQUEST_OPTIONS = { priority: "background", deadlineMs: 10_000 } as const;

/**
 * The database is bound to one Stripe account and mode on first use. A key of another account would find none of the
 * customers, and all users would look unpaid: then nothing is written.
 */
export function createAccountGuard(options: GuardOptions): AccountGuard {
  const now = options.now ?? (() => performance.now());
  let identity: { accountId: string; at: number } | null = null;
  let answer: GuardAnswer | null = null;
  let asking: Promise<GuardAnswer> | null = null;

  async function identify(): Promise<{ ok: true; accountId: string } | (GuardAnswer & { ok: false })> {
    if (identity && now() - identity.at < IDENTITY_MS) return { ok: true, accountId: identity.accountId };
    const read = await options.stripe.readAccount(REQUEST_OPTIONS);
    const accountId = read.ok
      ? read.value.accountId
      : read.failure.reason === "forbidden"
        ? (read.failure.accountId ?? options.configuredAccountId)
        : null;
    if (accountId !== null) {
      identity = { accountId, at: now() };
      return { ok: true, accountId };
    }
    if (read.ok || read.failure.reason === "forbidden")
      return {
        ok: false,
        reason: "unknown_account",
        message: "This key may not read its own account. Set STRIPE_ACCOUNT_ID to the acct_… it belongs to.",
        remedy: "Set STRIPE_ACCOUNT_ID, or give the key “Account: Read”.",
      };
    // The key is the same, and a key never changes its account: asking again is not necessary.
    if (identity && isPassing(read.failure)) return { ok: true, accountId: identity.accountId };
    if (read.failure.reason === "unauthorized")
      return {
        ok: false,
        reason: "unauthorized",
        message: "Stripe refused the key. Check STRIPE_SECRET_KEY.",
        remedy: "Make a new key in Stripe, set STRIPE_SECRET_KEY and restart.",
      };
    return UNREACHABLE;
  }

  async function bind(accountId: string): Promise<Binding> {
    const { livemode } = options.stripe;
    const boundAt = await readDatabaseTime(options.db);
    const bound = await bindOnce(options.db, { accountId, livemode, boundAt });
    const { accountId: boundTo } = bound;
    options.log.info({ accountId: boundTo, livemode: bound.livemode }, "database bound to a Stripe account");
    return bound;
  }

  async function ask(): Promise<GuardAnswer> {
    const found = await identify();
    if (!found.ok) return found;
    const { livemode } = options.stripe;
    const { configuredAccountId } = options;
    if (configuredAccountId !== null && configuredAccountId !== found.accountId)
      return {
        ok: false,
        reason: "wrong_account",
        isMisconfigured: true,
        message: `STRIPE_ACCOUNT_ID is ${configuredAccountId}, but STRIPE_SECRET_KEY belongs to ${found.accountId}. Correct the one that is wrong. Nothing is written.`,
        remedy: "Correct STRIPE_ACCOUNT_ID or STRIPE_SECRET_KEY, and restart.",
      };
    // Of two processes with keys of two accounts, only one can be first.
    const binding = (await loadSettings(options.db)).binding ?? (await bind(found.accountId));
    if (binding.accountId === found.accountId && binding.livemode === livemode) return { ok: true, binding };
    const mode = (live: boolean) => (live ? "live" : "test");
    return {
      ok: false,
      reason: "wrong_account",
      message: `The key belongs to ${found.accountId} (${mode(livemode)}), but this database to ${binding.accountId} (${mode(binding.livemode)}). Nothing is written. Use a key of that account; to change the account on purpose: npm run parity -- bind.`,
      remedy: `Set STRIPE_SECRET_KEY to a key of ${binding.accountId}. To change the account on purpose: npm run parity -- bind --reason …`,
    };
  }

  return {
    last: () => answer,
    async check(withinMs) {
      asking ??= ask()
        .then((result) => {
          if (!result.ok)
            options.log.error(
              { reason: result.reason, detail: result.message },
              "Stripe account check failed",
            );
          answer = result;
          return result;
        })
        .finally(() => {
          asking = null;
        });
      if (withinMs === undefined) return asking;
      const result = await withTimeout(asking, withinMs);
      return result === TIMED_OUT ? UNREACHABLE : result;
    },
  };
}
