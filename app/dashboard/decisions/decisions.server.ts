import type { WriteMode } from "~/billing/policy";
import { type Decided, type Decider, type DecisionRequest, decide } from "~/engine/decisions/decide.server";
import type { Effect } from "~/engine/decisions/effect";
import type { Refusal, RefusalReason } from "~/engine/decisions/handler.server";
import { type DecisionKind, isRevocationKind, isUndoKind } from "~/engine/decisions/kinds";
import type { StoredDecision } from "~/engine/decisions/store.server";
import { undoChanges } from "~/engine/decisions/undo/undo.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import type { CountCache } from "../count-cache.server";
import type { SyncResult } from "../sync-result.server";
import { approveRevocation, previewRevocation, type RevocationRequest } from "./approve-revocation.server";
import { type DecisionView, toDecisionViews } from "./decision-view.server";
import { describeEffect } from "./effect-words";
import { followUp } from "./follow-up.server";
import { resolveUser } from "./resolve-user.server";
import { loadUserDecisions } from "./user-decisions.server";

export type { Decider, DecisionRequest };

/** Nothing was decided, and why. `decision`: what another person has decided. */
export type DecisionRefused = {
  ok: false;
  reason: RefusalReason;
  message: string;
  decision: DecisionView | null;
};

/** What a decision would do; nothing is written. */
export type DecisionPreview = {
  ok: true;
  sentence: string;
  effect: Effect;
  /** The effect in sentences, and what stands in the way of writing it. */
  lines: string[];
  writeMode: WriteMode;
};

export type DecisionMade = DecisionPreview & {
  decision: DecisionView;
  /** The sync of the user concerned; null where none was made. */
  sync: SyncResult | null;
};

/** Decisions of staff, each with its preview, its audit entry and its way back. */
export function createDecisions(deps: Deps, { countCache }: { countCache: CountCache }) {
  const { db } = deps;
  return {
    /** What staff have decided about a user: who, when and why. */
    about: (userId: string) => loadUserDecisions(db, userId),
    /** What a decision would do, as evaluated from what is stored. */
    async preview(asked: DecisionRequest): Promise<DecisionPreview | DecisionRefused> {
      const request = await resolveUser(db, asked);
      if ("ok" in request) return toRefused(request);
      const { kind } = request;
      if (isRevocationKind(kind)) {
        const found = await previewRevocation(deps, { ...request, kind });
        return found.ok ? toRevocation(found) : toRefused(found);
      }
      const found = isUndoKind(kind)
        ? await undoChanges(deps, { ...request, kind }, { preview: true })
        : await decide(deps, { ...request, kind }, { preview: true });
      return found.ok ? toPreview(found, kind) : toRefused(found);
    },
    /** Decides, then evaluates and syncs the users concerned, where writing is allowed. */
    async decide(asked: DecisionRequest & { signal?: AbortSignal }): Promise<DecisionMade | DecisionRefused> {
      const request = await resolveUser(db, asked);
      if ("ok" in request) return toRefused(request);
      const { kind } = request;
      const { signal } = asked;
      if (isRevocationKind(kind)) return revoke({ ...request, kind });
      const found = isUndoKind(kind)
        ? await undoChanges(deps, { ...request, kind }, { signal })
        : await decide(deps, { ...request, kind });
      countCache.clear();
      return found.ok ? finish(found, request) : toRefused(found);
    },
  };

  async function revoke(request: RevocationRequest): Promise<DecisionMade | DecisionRefused> {
    const found = await approveRevocation(deps, request);
    countCache.clear();
    if (!found.ok) return toRefused(found);
    return { ...toRevocation(found), decision: await toView(found.decision), sync: found.sync };
  }

  async function toView(stored: StoredDecision): Promise<DecisionView> {
    const [decision] = await toDecisionViews(db, [stored]);
    if (!decision) throw new Error("One decision gives one view");
    return decision;
  }

  async function finish(
    decided: Decided,
    { by, kind, signal }: DecisionRequest & { signal?: AbortSignal },
  ): Promise<DecisionMade> {
    if (decided.decision === null) throw new Error("A decision that was made has a row");
    const { id } = decided.decision;
    deps.log.info({ decisionId: id, kind, by: by.actor.kind }, "decision made");
    let sync: SyncResult | null = null;
    const left: string[] = [];
    try {
      sync = await followUp(deps, decided, { actor: by.actor, signal });
    } catch (err) {
      // It is decided all the same: what is answered must not look as if it were not.
      deps.log.error({ err, decisionId: id }, "decision made; its user could not be synced");
      left.push(NOT_SYNCED);
    }
    const said = toPreview(decided, kind);
    const decision = await toView(decided.decision);
    return { ...said, lines: [...said.lines, ...left], decision, sync };
  }

  async function toRefused({ reason, message, decision }: Refusal): Promise<DecisionRefused> {
    const [view = null] = decision ? await toDecisionViews(db, [decision]) : [];
    const who = view ? ` ${view.label} by ${view.by}${view.reason === null ? "" : `: ${view.reason}`}` : "";
    return { ok: false, reason, message: `${message}${who}`, decision: view };
  }
}

type Said = Pick<Decided, "sentence" | "effect" | "writeMode" | "notes">;

const toPreview = (found: Decided, kind: DecisionKind): DecisionPreview => {
  const { sentence, effect, writeMode, notes, followUp } = found;
  const gains = effect.gaining.users + effect.moreSeats.users > 0;
  // An undo writes what it says. What concerns users by their prices is left to the next run.
  const isLater = followUp !== "sync" && !isUndoKind(kind) && writeMode !== "off" && gains;
  return {
    ok: true,
    ...{ sentence, effect, writeMode },
    lines: [...describeEffect(effect, writeMode), ...(isLater ? [LATER] : []), ...notes],
  };
};

const NOT_SYNCED =
  "This is decided, but the record could not be brought up to date now. The next run does it.";
const LATER = "The next run changes their records, or “Sync this user” on each user’s page.";

/** What an admin approves is taken while Parity only grants access, too. */
const toRevocation = (found: Said): DecisionPreview => ({
  ok: true,
  ...{ sentence: found.sentence, effect: found.effect, writeMode: found.writeMode },
  lines: [...describeEffect(found.effect, "full"), ...found.notes],
});
