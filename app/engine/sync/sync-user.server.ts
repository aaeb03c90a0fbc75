import { linksOf } from "~/billing/links";
import { isOpen } from "~/billing/observation";
import type { UserSnapshot } from "~/billing/snapshot";
import type { Verdict } from "~/billing/verdicts";
import { type Deps, type EvaluationContext, loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { customerIdsOf, evaluateOne } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshotsInContext } from "~/engine/evaluate/load-snapshots-in-context.server";
import type { LoadedSnapshot } from "~/engine/evaluate/snapshots.server";
import { DEFAULT_GATES, endCheck } from "~/engine/observe/checks.server";
import { readAddress } from "~/engine/observe/read-address.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { reconcileUsers } from "~/engine/repair/reconcile-users.server";
import type { ChangeActor } from "~/engine/repair/repairs.server";
import { createRun } from "~/engine/repair/runs.server";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";
import type { Tx } from "~/platform/client.server";
import type { StripeFailure } from "~/stripe/failure.server";
import type { RequestOptions } from "~/stripe/reader.server";

export type SyncInput = {
  userId: string;
  actor: ChangeActor;
  /** False: Stripe is read and the standing evaluated, but the record not written. */
  apply: boolean;
  confirmed: { override: boolean } | null;
  /** Milliseconds that the caller has for all requests to Stripe together. */
  deadlineMs: number;
};

/** `verdictBefore`: what was to be said before Stripe was asked. */
export type SyncOutcome = { verdictBefore: Verdict } & (
  | { ok: true; outcome: UserOutcome; runId: string | null; stripeRequests: number }
  /** Stripe could not be asked, or the account is not the right one: nothing was written. */
  | { ok: false; reason: string; message: string }
);

const MOST_ROUNDS = 3;
const SOMEBODY_WAITS: ReadonlySet<string> = new Set(["staff", "checkout"]);

/**
 * The one reconcile on a set of one: a complete fresh read of every linked customer (and of the address, when no
 * linked customer has an open subscription), then evaluate and repair. Null when there is no such user.
 */
export async function syncUser(deps: Deps, input: SyncInput): Promise<SyncOutcome | null> {
  const { userId } = input;
  const [account, first] = await Promise.all([deps.guard.check(), loadOne(deps, userId, false)]);
  if (!first) return null;
  const verdictBefore = verdictOf(first);
  const notSynced = async (reason: string, message: string): Promise<SyncOutcome> => {
    await keepFailure(deps, input, reason);
    return { ok: false, verdictBefore, reason, message };
  };
  const couldNotAsk = (what: string, failure: StripeFailure) =>
    notSynced(
      failure.reason,
      `Stripe could not be asked about ${what} (${WORDS[failure.reason]}); nothing was changed.`,
    );
  if (!account.ok) return notSynced(account.reason, account.message);

  const deadline = performance.now() + input.deadlineMs;
  let stripeRequests = 0;
  const how: RequestOptions = {
    priority: SOMEBODY_WAITS.has(input.actor.kind) ? "interactive" : "background",
    get deadlineMs() {
      return Math.max(0, deadline - performance.now());
    },
    onRequest: () => {
      stripeRequests += 1;
    },
  };
  let runId: string | null = null;
  const makeRun = async (tx: Tx) => {
    const counts = { total: 1, synced: 1, stripeRequests };
    const run = await createRun(tx, {
      actor: input.actor,
      mode: "apply",
      scope: "one",
      phase: "finished",
      state: "done",
      counts,
    });
    runId = run.id;
    return run.id;
  };

  let addressRead = false;
  const { email } = first.snapshot.record;
  let customerIds = linksOf(first.snapshot).customerIds;
  for (let round = 0; ; round += 1) {
    const read = await readCustomers(deps, customerIds, how);
    const [failure] = read.failures;
    if (failure) return couldNotAsk(...failure);
    let seen = await loadOne(deps, userId, addressRead);
    if (seen && !addressRead && needsAddress(seen.snapshot)) {
      const address = await readAddress(deps, email, how);
      if (!address.ok) return couldNotAsk("this address", address.failure);
      addressRead = true;
      seen = await loadOne(deps, userId, addressRead);
    }
    if (!seen) return null;
    const [outcome] = await reconcileUsers(deps.db, {
      log: deps.log,
      userIds: [userId],
      loaded: [seen.snapshot],
      ground: seen.ground,
      actor: input.actor,
      apply: input.apply,
      saveStatuses: true,
      addressesRead: addressRead,
      confirmed: input.confirmed,
      stripeRequestIds: read.requestIds,
      runId: makeRun,
    });
    if (!outcome) return null;
    if (outcome.needs === null || !input.apply || round + 1 >= MOST_ROUNDS) {
      await endCheck(deps.db, userId, null, DEFAULT_GATES);
      // A run that was made for a repair which then failed went with its transaction.
      const made = outcome.changes.length > 0 ? runId : null;
      return { ok: true, verdictBefore, outcome, runId: made, stripeRequests };
    }
    if (outcome.needs === "address") {
      const address = await readAddress(deps, email, how);
      if (!address.ok) return couldNotAsk("this address", address.failure);
      addressRead = true;
    }
    customerIds = customerIdsOf(outcome.before.evaluation);
  }
}

type Seen = { ground: EvaluationContext; snapshot: LoadedSnapshot };

async function loadOne({ db }: Deps, userId: string, addressesRead: boolean): Promise<Seen | null> {
  const { ground, snapshots } = await loadSnapshotsInContext(db, [userId], { addressesRead, keep: true });
  const [snapshot] = snapshots;
  return snapshot ? { ground, snapshot } : null;
}

const verdictOf = ({ ground, snapshot }: Seen): Verdict =>
  evaluateOne(snapshot, ground, { automatic: false, revocationLimitHasRoom: true, confirmed: null })
    .evaluation.verdict;

/** Nothing linked has an open subscription: the customer may have paid as a guest, under the same address. */
const needsAddress = ({ customers }: UserSnapshot) =>
  !customers.some(({ subscriptions }) => subscriptions.some(isOpen));

/** Stripe could not be asked: that is kept, and the standing with it. */
async function keepFailure(deps: Deps, { userId, actor }: SyncInput, reason: string): Promise<void> {
  deps.log.warn({ userId, by: actor.kind, reason }, "not synced: Stripe could not be asked");
  await endCheck(deps.db, userId, reason, DEFAULT_GATES);
  await reconcileUsers(deps.db, {
    log: deps.log,
    userIds: [userId],
    ground: await loadEvaluationContext(deps.db),
    actor,
    apply: false,
    saveStatuses: true,
    addressesRead: false,
    runId: () => Promise.reject(new Error("An evaluation alone has no run")),
  });
}

const WORDS: Record<StripeFailure["reason"], string> = {
  not_found: "it does not exist",
  rate_limited: "too many requests just now",
  unauthorized: "the key was refused",
  forbidden: "the key may not read this",
  timeout: "no answer in time",
  unreachable: "no connection",
  stripe_error: "Stripe has trouble",
  bad_request: "the request was refused",
  bad_answer: "the answer could not be read",
};
