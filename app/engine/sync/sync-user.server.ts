import type { Verdict } from "~/billing/verdicts/catalogue";
import type { Actor } from "~/engine/account/actor";
import { type Deps, type EvaluationContext, loadEvaluationContext } from "~/engine/evaluate/deps.server";
import {
  AS_STAFF,
  evaluateUser,
  listCustomersToRead,
  type RevocationApproval,
} from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { readAddress } from "~/engine/observe/read-address.server";
import { type ReadResult, readCustomers } from "~/engine/observe/read-customers.server";
import { DEFAULT_GATES, endCheck, releaseCheck } from "~/engine/observe/user-checks.server";
import { type ReconcileInput, reconcileUsers } from "~/engine/repair/reconcile-users.server";
import { FINISHED } from "~/engine/repair/run-cursor";
import type { NewRun } from "~/engine/repair/runs.server";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";
import { isPassing, type StripeFailure } from "~/stripe/failure.server";
import type { Priority } from "~/stripe/limiter.server";
import { describeMissingPermission } from "~/stripe/permissions/catalogue";
import type { RequestOptions } from "~/stripe/reader.server";

export type SyncInput = {
  userId: string;
  actor: Actor;
  /** False: Stripe is read and the sync status saved, but the record is not written. */
  apply: boolean;
  approval?: RevocationApproval | null;
  /** What an operator typed who confirms a revocation; kept with the change. */
  typedReason?: string | null;
  /** Whatever the write mode, nothing that takes access is written. */
  grantOnly?: boolean;
  /** No request to Stripe is begun after so many milliseconds; one that was sent is waited for. */
  deadlineMs: number;
  /** Unless given, `interactive` where a person waits. */
  priority?: Priority;
  /** Aborted when the result is no longer wanted: no further request is sent to Stripe, and nothing is written. */
  signal?: AbortSignal;
  /** Work that is committed together with the repair. */
  commit?: ReconcileInput["commit"];
  /** Customers that the caller has completely read just now: they are not read a second time. */
  justRead?: ReadResult;
};

/** `verdictBefore`: the verdict before Stripe was asked. */
export type SyncOutcome = {
  verdictBefore: Verdict;
} /** `unread`: one customer could not be read, and what the others say gave something all the same; null when all were. */ & (
  | { ok: true; outcome: UserOutcome; runId: string | null; stripeRequests: number; unread: NotAsked | null }
  /** Stripe could not be asked, or the account is not the right one: nothing was written. */
  | ({ ok: false } & NotAsked)
);

export type NotAsked = {
  /** `pending`: the caller's own time was up, which says nothing about Stripe. */
  reason: string;
  /** A sentence. */
  message: string;
  /** Another attempt, later, may go better. */
  isPassing: boolean;
};

const MOST_ROUNDS = 3;
/** How long a person waits for the account to be confirmed, which is rarely asked for. */
const PERSON_WAITS_MS = 8_000;
/** A person waits for the result. */
const INTERACTIVE: ReadonlySet<Actor["kind"]> = new Set(["staff", "checkout"]);

/**
 * The one reconcile, for one user: a complete fresh read of every linked customer (and of the address, when no linked
 * customer has an open subscription), then evaluate and repair. The user is loaded and evaluated twice: to know what to
 * read, and under the lock. Another round is needed only for a revocation, whose evidence must be read after it was
 * evaluated, or when the read revealed another customer. Null when there is no such user.
 */
export async function syncUser(deps: Deps, input: SyncInput): Promise<SyncOutcome | null> {
  const { userId, actor, apply, approval = null, justRead } = input;
  const [account, loaded] = await Promise.all([
    deps.guard.check(toPriority(input) === "interactive" ? PERSON_WAITS_MS : undefined),
    loadInContext(deps.db, [userId], { save: true }),
  ]);
  const [snapshot] = loaded.snapshots;
  if (!snapshot) return null;
  const { evaluation } = evaluateUser(snapshot, loaded.context, AS_STAFF);
  const verdictBefore = evaluation.verdict;
  if (!account.ok)
    return failSync(deps, input, { ...account, verdictBefore, isPassing: account.reason === "unreachable" });

  const { options, countRequests } = createRequestOptions(input);
  let customerIds = evaluation.links.customerIds;
  let addressesRead = false;
  let needsAddress = false;
  let addressCustomerIds: readonly string[] = [];
  for (let round = 1; ; round += 1) {
    const known = round === 1 ? justRead : undefined;
    const wanted = customerIds.filter((id) => !known?.requestIds.has(id));
    const read = await readCustomers(deps, wanted, options);
    const [failure] = read.failures;
    const stripeRequestIds = new Map([...(known?.requestIds ?? []), ...read.requestIds]);
    const wasRead = { stripeRequestIds, countRequests };
    if (failure) return failSync(deps, input, describeFailure(verdictBefore, ...failure), wasRead);
    // Without an open subscription the customer may have paid as a guest, under the same address.
    const hasOpen = customerIds.some((id) => read.openCustomerIds.has(id) || known?.openCustomerIds.has(id));
    if (!addressesRead && (needsAddress || !hasOpen)) {
      const address = await readAddress(deps, snapshot.record.email, options);
      if (!address.ok)
        return failSync(
          deps,
          input,
          describeFailure(verdictBefore, "this address", address.failure),
          wasRead,
        );
      addressesRead = true;
      addressCustomerIds = address.customerIds;
    }
    if (input.signal?.aborted) return { ok: false, verdictBefore, ...CANCELLED };
    const { outcomes, runId } = await reconcileUsers(deps.db, {
      log: deps.log,
      userIds: [userId],
      justRead: { customerIds: [...new Set([...customerIds, ...addressCustomerIds])] },
      context: await loadSyncContext(deps, input),
      actor,
      apply,
      saveStatuses: true,
      addressesRead,
      approval,
      typedReason: input.typedReason ?? null,
      commit: input.commit,
      stripeRequestIds,
      run: { create: newRun(actor, countRequests()) },
    });
    const [outcome] = outcomes;
    if (!outcome) return null;
    if (outcome.needs === null || !apply || round >= MOST_ROUNDS) {
      await endCheck(deps.db, userId, null, DEFAULT_GATES);
      return { ok: true, verdictBefore, outcome, runId, stripeRequests: countRequests(), unread: null };
    }
    needsAddress = outcome.needs === "address";
    customerIds = listCustomersToRead(outcome.before.evaluation);
  }
}

async function loadSyncContext(
  { db }: Deps,
  { grantOnly }: Pick<SyncInput, "grantOnly">,
): Promise<EvaluationContext> {
  const context = await loadEvaluationContext(db);
  if (!grantOnly || context.settings.writeMode !== "full") return context;
  return { ...context, settings: { ...context.settings, writeMode: "grant_only" } };
}

const toPriority = ({ actor, priority }: SyncInput): Priority =>
  priority ?? (INTERACTIVE.has(actor.kind) ? "interactive" : "background");

/** How Stripe is asked for one user, within the caller's deadline; the requests are counted. */
function createRequestOptions(input: SyncInput): {
  options: RequestOptions;
  countRequests: () => number;
} {
  const { deadlineMs, signal } = input;
  const deadline = performance.now() + deadlineMs;
  let requests = 0;
  return {
    countRequests: () => requests,
    options: {
      priority: toPriority(input),
      get deadlineMs() {
        return Math.max(0, deadline - performance.now());
      },
      onRequest: () => {
        requests += 1;
      },
      signal,
    },
  };
}

/** A run of one user is written down when it is over, and only when it changed something. */
const newRun = (actor: Actor, stripeRequests: number): NewRun => ({
  actor,
  mode: "apply",
  scope: "one",
  cursor: FINISHED,
  state: "done",
  counts: { total: 1, synced: 1, stripeRequests },
});

/** `what`: what could not be done, where something else could. */
type Failure = NotAsked & { verdictBefore: Verdict; what?: string };

const CANCELLED = {
  reason: "cancelled",
  message: "The request was canceled; nothing was changed.",
  isPassing: true,
};
const PENDING = {
  reason: "pending",
  message: "The check was not finished in time; nothing was changed. Try again in a moment.",
  isPassing: true,
};

function describeFailure(verdictBefore: Verdict, what: string, failure: StripeFailure): Failure {
  const { reason } = failure;
  if (reason === "out_of_time") return { verdictBefore, ...PENDING };
  const missing = reason === "forbidden" ? describeMissingPermission(failure.message) : null;
  const why = missing ?? FAILURE_WORDS[reason];
  const notAsked = `Stripe could not be asked about ${what} (${why})`;
  const message = `${notAsked}; nothing was changed.`;
  return { verdictBefore, reason, message, isPassing: isPassing(failure), what: `${notAsked}.` };
}

/** What was read all the same, of the user's other customers. */
type WasRead = { stripeRequestIds: ReadonlyMap<string, string | null>; countRequests: () => number };

/**
 * Stripe could not be asked: that is recorded with the user's checks, and in the sync status. Our own deadline is not. What was
 * read of the user's other customers gives access all the same: one that fails keeps no one out who pays with another.
 */
async function failSync(
  deps: Deps,
  { userId, actor, ...input }: SyncInput,
  failure: Failure,
  wasRead: WasRead | null = null,
): Promise<SyncOutcome> {
  const { what, ...notSynced } = failure;
  const { verdictBefore, reason, isPassing } = notSynced;
  if (reason === CANCELLED.reason) return { ok: false, verdictBefore, ...CANCELLED };
  if (reason === PENDING.reason) {
    await releaseCheck(deps.db, userId);
    return { ok: false, ...notSynced };
  }
  await endCheck(deps.db, userId, reason, DEFAULT_GATES);
  const apply = input.apply && !input.approval && wasRead !== null && wasRead.stripeRequestIds.size > 0;
  const { outcomes, runId } = await reconcileUsers(deps.db, {
    log: deps.log,
    userIds: [userId],
    context: await loadSyncContext(deps, input),
    actor,
    apply,
    unread: true,
    saveStatuses: true,
    addressesRead: false,
    ...(apply && { stripeRequestIds: wasRead.stripeRequestIds }),
    run: apply ? { create: newRun(actor, wasRead.countRequests()) } : null,
  });
  const [outcome] = outcomes;
  const line = { userId, by: actor.kind, reason };
  if (runId === null || !outcome || !wasRead) {
    deps.log.warn(line, "user not synced");
    return { ok: false, ...notSynced };
  }
  deps.log.warn(line, "user synced in part");
  const unread = { reason, message: what ?? notSynced.message, isPassing };
  return { ok: true, verdictBefore, outcome, runId, stripeRequests: wasRead.countRequests(), unread };
}

/** Why Stripe could not be read, in words. */
export const FAILURE_WORDS: Record<StripeFailure["reason"], string> = {
  not_found: "it does not exist",
  rate_limited: "too many requests",
  unauthorized: "the key was refused",
  forbidden: "the key may not read this",
  timeout: "no answer in time",
  out_of_time: "there was no time left to ask",
  unreachable: "no connection",
  stripe_error: "Stripe has trouble",
  bad_request: "the request was refused",
  bad_answer: "the answer could not be read",
  cancelled: "the request was canceled",
};
