import { findTaken } from "~/billing/evaluation/taken";
import type { WriteMode } from "~/billing/policy";
import { lacksEvidence } from "~/billing/verdicts/block-reasons";
import { TAKEN_WORDS } from "~/billing/words/taken-words";
import { roleAllows } from "~/engine/account/roles";
import { type DecisionRequest, findReasonProblem } from "~/engine/decisions/decide.server";
import { addMoney, createEffect, type Effect, findGroup, toAccessEffect } from "~/engine/decisions/effect";
import { type Refusal, refuse } from "~/engine/decisions/handler.server";
import { userInput } from "~/engine/decisions/handlers/inputs.server";
import { DECISIONS } from "~/engine/decisions/kinds";
import { findLatestDecision, type StoredDecision } from "~/engine/decisions/store.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { AS_STAFF, evaluateUser, findBlockReason } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { type SyncOutcome, syncUser } from "~/engine/sync/sync-user.server";
import { explainBlocked, type SyncResult, toSyncResult } from "../sync-result.server";
import { evaluateAgain } from "./follow-up.server";
import { createRevocationRecorder } from "./record-revocation.server";
import { chooseNameToType, isTypedName } from "./typed-name";

const PERSON_WAITS_MS = 40_000;

export type RevocationRequest = DecisionRequest & { kind: "revoke" | "override"; signal?: AbortSignal };

export type Revocation = {
  ok: true;
  sentence: string;
  effect: Effect;
  notes: string[];
  writeMode: WriteMode;
};

type Found = Revocation & { userId: string; name: string };

/** An admin takes it against Parity's own rules; an operator confirms what they allow. */
const isApprover = ({ by }: RevocationRequest): boolean => roleAllows(by.role, "admin");

/** What this user's revocation takes, from what is stored. */
export async function previewRevocation({ db }: Deps, request: RevocationRequest): Promise<Found | Refusal> {
  const { kind, input: given, by, basedOn = null } = request;
  if (!roleAllows(by.role, DECISIONS[kind].role))
    return refuse("forbidden", "Your role does not allow this decision.");
  const parsed = userInput.safeParse(given);
  if (!parsed.success) return refuse("bad_input", parsed.error.issues[0]?.message ?? "Give a user.");
  const { userId } = parsed.data;
  const { context, snapshots } = await loadInContext(db, [userId]);
  const [snapshot] = snapshots;
  if (!snapshot) return refuse("not_found", `There is no user ${userId}.`);
  if (basedOn !== null) {
    const newer = await findLatestDecision(db, { userId }, { after: basedOn, notBy: by.actor });
    if (newer) return refuse("changed", "Another decision about this was made meanwhile.", newer);
  }
  const { writeMode } = context.settings;
  const approved = evaluateUser(snapshot, context, { ...AS_STAFF, approval: { override: true } });
  const name = chooseNameToType(snapshot.record);
  if (writeMode === "off") return refuse("refused", "Repairs are paused: nothing can be revoked.");
  if (approved.decision.kind !== "repair" || !approved.decision.repair.revokes) {
    const decision = await findLatestDecision(db, { userId });
    return refuse("already", `${name} has nothing that could be revoked.`, decision ?? undefined);
  }
  const asIs = findBlockReason(evaluateUser(snapshot, context, AS_STAFF).decision);
  if (asIs !== null && !isApprover(request)) return refuse("forbidden", needAdmin(explainBlocked(asIs)));
  const effect = createEffect();
  effect.users = effect.evaluated = 1;
  const { verdict, accessExpected, comp } = approved.evaluation;
  const { after } = approved.decision.repair;
  const isEntitled = accessExpected || comp !== null;
  const taken = findTaken({ before: snapshot.record, after, isEntitled });
  const access = toAccessEffect(taken);
  const group = findGroup(effect, access);
  if (group) addMoney(group, approved);
  effect.changed.push({ userId, name, before: verdict, after: verdict, access });
  return {
    ok: true,
    ...{ userId, name, effect, writeMode },
    sentence: TAKEN_WORDS[taken].effect(name),
    notes: asIs === null || asIs === "grant_only" ? [] : [explainBlocked(asIs)],
  };
}

const needAdmin = (why: string): string =>
  why.includes("An admin can approve it") ? why : `${why} An admin can approve it.`;

/**
 * Revokes a user's access, after a read of Stripe. `override`: also where evidence is missing. The decision is written in the
 * transaction that takes the access; where nothing is taken, nothing is decided.
 */
export async function approveRevocation(
  deps: Deps,
  request: RevocationRequest,
): Promise<(Found & { decision: StoredDecision; sync: SyncResult }) | Refusal> {
  const reason = request.reason?.trim() ?? "";
  const found = await previewRevocation(deps, request);
  if (!found.ok) return found;
  const problem = findReasonProblem(reason, true);
  if (problem) return problem;
  if (request.typedName !== undefined && !isTypedName(request.typedName, found.name))
    return refuse("bad_input", "The name does not match.");
  const approve = (override: boolean) =>
    approveOnce(deps, request, { userId: found.userId, override, reason });
  let made = await approve(false);
  // What Stripe says now decides whether evidence is missing; only then the reason overrides it.
  if (request.kind === "override" && made.decision === null && mayOverride(made.sync))
    made = await approve(true);
  if (made.decision !== null && made.sync) {
    const { decision, sync } = made;
    await evaluateAgain(deps, [found.userId], request.by.actor);
    return { ...found, decision, sync: toSyncResult(sync) };
  }
  if (!made.sync) return refuse("not_found", `There is no user ${found.userId}.`);
  const { message } = toSyncResult(made.sync);
  return mayOverride(made.sync)
    ? refuse("evidence_missing", `${message} Override it, with a reason, to revoke it all the same.`)
    : refuse("refused", message);
}

function mayOverride(sync: SyncOutcome | null): boolean {
  if (!sync?.ok) return false;
  const { outcome, reason } = sync.outcome;
  return outcome === "review" || (outcome === "blocked" && lacksEvidence(reason));
}

async function approveOnce(
  deps: Deps,
  request: RevocationRequest,
  { userId, ...approval }: { userId: string; override: boolean; reason: string },
): Promise<{ sync: SyncOutcome | null; decision: StoredDecision | null }> {
  const { actor } = request.by;
  const { commit, read } = createRevocationRecorder({ userId, actor, approval });
  const options = { apply: true, deadlineMs: PERSON_WAITS_MS, signal: request.signal };
  const taken = isApprover(request) ? { approval } : { typedReason: approval.reason };
  const sync = await syncUser(deps, { userId, actor, commit, ...taken, ...options });
  return { sync, decision: read() };
}
