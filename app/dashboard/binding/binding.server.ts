import { z } from "zod";
import type { Actor } from "~/engine/account/actor";
import { type Binding, loadSettings, reportSettings, saveSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { readDatabaseTime } from "~/platform/versions.server";

export type AccountName = Pick<Binding, "accountId" | "livemode">;

/** What binding the database to the account of the key would do. */
export type BindingPreview = {
  /** Null: it is bound to no account yet. */
  from: AccountName | null;
  to: AccountName;
  /** It is bound to that account already: nothing is to be done. */
  isSame: boolean;
  /** What is stored of the old account, and is forgotten. */
  forgotten: { customers: number; subscriptions: number; events: number };
  /** Users whose record names a customer, which another account does not have. */
  recordedCustomers: number;
  /** Prices that are mapped by their id, which another account does not have. */
  mappedPrices: number;
};

export type BindingAnswer<T> = { ok: true; value: T } | { ok: false; message: string };

export type BindOptions = {
  /** What the person has seen and agreed to. */
  to: AccountName;
  actor: Actor;
  reason: string;
};

const ASK = { priority: "interactive", deadlineMs: 8_000 } as const;

/** Changes on purpose which Stripe account the database belongs to; the caller has checked that an admin wants it. */
export function createBinding(deps: Deps & { configuredAccountId: string | null }) {
  return {
    /** `account`: what the person says; Stripe must not say another one. Changes nothing. */
    preview: (account: string | null) => previewBinding(deps, account),
    bind: (options: BindOptions) => bindAccount(deps, options),
  };
}

async function previewBinding(
  deps: Deps & { configuredAccountId: string | null },
  account: string | null,
): Promise<BindingAnswer<BindingPreview>> {
  const { db, stripe } = deps;
  const found = await findAccount(deps, account);
  if (!found.ok) return found;
  const to = { accountId: found.value, livemode: stripe.livemode };
  const { binding } = await loadSettings(db);
  const from = binding && { accountId: binding.accountId, livemode: binding.livemode };
  return { ok: true, value: { from, to, isSame: isSame(from, to), ...(await countKnown(db)) } };
}

const isSame = (one: AccountName | null, other: AccountName): boolean =>
  one?.accountId === other.accountId && one.livemode === other.livemode;

/** The account of the key: Stripe's word, and a person's only where Stripe does not say. */
async function findAccount(
  { stripe, configuredAccountId }: Deps & { configuredAccountId: string | null },
  account: string | null,
): Promise<BindingAnswer<string>> {
  const read = await stripe.readAccount(ASK);
  const said = read.ok ? read.value.accountId : read.failure.accountId;
  if (said === null && !read.ok && read.failure.reason !== "forbidden")
    return {
      ok: false,
      message:
        read.failure.reason === "unauthorized"
          ? "Stripe refused the key. Check STRIPE_SECRET_KEY."
          : `Stripe could not be asked whose key this is (${read.failure.message}). Nothing was changed; repeat the command later.`,
    };
  const given = account ?? configuredAccountId;
  if (said !== null && given !== null && given !== said)
    return {
      ok: false,
      message: `STRIPE_SECRET_KEY belongs to ${said}, not to ${given}. Set the key, or correct ${account === null ? "STRIPE_ACCOUNT_ID" : "--account"}. Nothing was changed.`,
    };
  const known = said ?? given;
  return known === null
    ? { ok: false, message: "This key may not read its own account. Say which it is: --account acct_…" }
    : { ok: true, value: known };
}

const knownRow = z.object({
  ...{ customers: z.number(), subscriptions: z.number(), events: z.number() },
  ...{ recordedCustomers: z.number(), mappedPrices: z.number() },
});

async function countKnown(db: Database): Promise<Omit<BindingPreview, "from" | "to" | "isSame">> {
  const { recordedCustomers, mappedPrices, ...forgotten } = await queryOneOrThrow(
    db,
    knownRow,
    sql`SELECT (SELECT count(*)::int FROM parity."StripeCustomer") AS customers,
      (SELECT count(*)::int FROM parity."StripeSubscription") AS subscriptions,
      (SELECT count(*)::int FROM parity."StripeEvent") AS events,
      (SELECT count(*)::int FROM parity."User" WHERE "stripeCustomerId" <> '') AS "recordedCustomers",
      (SELECT count(*)::int FROM parity."PlanPrice" WHERE "priceId" IS NOT NULL) AS "mappedPrices"`,
  );
  return { forgotten, recordedCustomers, mappedPrices };
}

const heldRow = z.object({ id: z.string() });

/** Deleting a million observations takes its time. */
const TRANSACTION = { timeout: 300_000, maxWait: 10_000 };

/**
 * Binds the database to another account, with an audit entry. What was observed belongs to the old account and is forgotten; the
 * audit, what staff decided and the links stay. Writing is off until a person has looked at a preview of the new account.
 */
async function bindAccount(
  { db, log }: Pick<Deps, "db" | "log">,
  { to, actor, reason }: BindOptions,
): Promise<BindingAnswer<Binding>> {
  const boundAt = await readDatabaseTime(db);
  const [live] = await queryRows(
    db,
    heldRow,
    sql`SELECT id FROM parity."Run" WHERE "liveKey" IS NOT NULL AND "leaseUntil" > now()`,
  );
  if (live)
    return {
      ok: false,
      message: `A process works on the run ${live.id}. Stop the processes that have the old key, and repeat the command. Nothing was changed.`,
    };
  const binding: Binding = { ...to, boundAt };
  const by = `${actor.kind}:${actor.id ?? ""}`;
  const saved = await db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL lock_timeout = '10s'`;
    await forgetObservations(tx);
    await saveBinding(tx, { binding, by, reason });
    return saveSettings(tx, { writeMode: "off" }, by, reason);
  }, TRANSACTION);
  log.info({ ...to, by }, "database bound to a Stripe account");
  reportSettings(log, saved, by);
  return { ok: true, value: binding };
}

async function forgetObservations(tx: Tx): Promise<void> {
  await tx.$executeRaw`
    TRUNCATE parity."StripeCustomer", parity."StripeSubscription", parity."StripeReversal", parity."StripePrice",
      parity."StripeEvent", parity."StripeRefusal", parity."CheckoutAttempt", parity."UserCheck"`;
  await tx.$executeRaw`
    DELETE FROM parity."Cursor" WHERE key IN ('full_run', 'first_full_run', 'events', 'session_events')`;
  await tx.$executeRaw`
    UPDATE parity."Run" SET state = 'abandoned', "liveKey" = NULL, "leaseUntil" = NULL, "finishedAt" = now(), phase = 'finished',
      cursor = '{"phase": "finished"}', reason = 'the database was bound to another Stripe account'
    WHERE "liveKey" IS NOT NULL`;
  // Since when a user has the address, and who was not checked, are known without Stripe.
  await tx.$executeRaw`
    UPDATE parity."SyncStatus" SET verdict = 'not_checked', severity = 2, flags = '{}', mismatches = '[]', "stripeStatus" = NULL,
      "stripePlan" = NULL, "moneyKind" = NULL, "moneyPerMonth" = NULL, "moneyCurrency" = NULL, since = NULL, blocked = NULL,
      "intendedHash" = NULL, "revocationVersion" = NULL, fingerprint = NULL, "observedAt" = NULL, "nextCheckAt" = NULL`;
}

type Audited = { binding: Binding; by: string; reason: string };

async function saveBinding(tx: Tx, { binding, by, reason }: Audited): Promise<void> {
  const text = JSON.stringify(binding);
  await tx.$executeRaw`
    INSERT INTO parity."SettingChange" (key, before, after, actor, reason)
    SELECT 'binding', (SELECT value FROM parity."Setting" WHERE key = 'binding'), ${text}::jsonb, ${by}, ${reason}`;
  await tx.$executeRaw`
    INSERT INTO parity."Setting" AS s (key, value, "updatedBy") VALUES ('binding', ${text}::jsonb, ${by})
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedBy" = excluded."updatedBy", "updatedAt" = now()`;
}
