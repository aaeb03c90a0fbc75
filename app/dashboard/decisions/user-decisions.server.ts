import { parseDecision } from "~/engine/decisions/store.server";
import { AS_STAFF, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import type { Database } from "~/platform/client.server";
import {
  type DecisionView,
  describeActor,
  loadActorNames,
  parseActor,
  toDecisionViews,
} from "./decision-view.server";
import { type DecisionOption, listOptions } from "./options";

/** Who decided it, when and why. */
type Decided = { by: string; at: number; reason: string };

/** What staff have decided about a user. */
export type UserDecisions = {
  /** Not released by staff; the user's flag `on_hold` says whether Stripe's state has ended it. */
  hold: Decided | null;
  /** Running ones, the one that ends last first. */
  comps: (Decided & { compId: string; planId: string; planName: string; until: number })[];
  /** The user's flag `acknowledged` says whether it still stands. */
  acknowledgement: Decided | null;
  /** What can be decided now: the way out of the verdict first. */
  options: DecisionOption[];
  /** The newest decisions first. */
  decisions: DecisionView[];
  /** Id of the newest decision, to be sent back with the next one (`basedOn`); null before the first. */
  latest: string | null;
};

const MOST_DECISIONS = 50;
const toSeconds = (time: Date) => Math.floor(time.getTime() / 1000);

/** What staff have decided about a user, with names and reasons. */
export async function loadUserDecisions(db: Database, userId: string): Promise<UserDecisions> {
  const now = new Date();
  const [{ context, snapshots }, hold, comps, acknowledgement, rows] = await Promise.all([
    loadInContext(db, [userId]),
    db.hold.findFirst({ where: { userId, releasedAt: null }, orderBy: { createdAt: "desc" } }),
    db.comp.findMany({
      where: { userId, revokedAt: null, expiresAt: { gt: now } },
      orderBy: [{ expiresAt: "desc" }, { id: "asc" }],
    }),
    db.acknowledgement.findUnique({ where: { userId } }),
    db.decision.findMany({ where: { userId }, orderBy: { id: "desc" }, take: MOST_DECISIONS }),
  ]);
  const actors = [hold, ...comps, acknowledgement].flatMap((one) => parseActor(one?.actor ?? "") ?? []);
  const [names, plans, decisions] = await Promise.all([
    loadActorNames(db, actors),
    db.plan.findMany({ where: { id: { in: comps.map(({ planId }) => planId) } } }),
    toDecisionViews(db, rows.map(parseDecision)),
  ]);
  const planNames = new Map(plans.map(({ id, name }) => [id, name]));
  const toDecided = (one: { actor: string; reason: string; createdAt: Date }): Decided => ({
    by: describeActor(one.actor, names),
    at: toSeconds(one.createdAt),
    reason: one.reason,
  });
  const [snapshot] = snapshots;
  const standing = { isHeld: hold !== null, compIds: comps.map(({ id }) => id) };
  return {
    options: snapshot ? listOptions(evaluateUser(snapshot, context, AS_STAFF), standing) : [],
    hold: hold && toDecided(hold),
    comps: comps.map((comp) => ({
      ...toDecided(comp),
      ...{ compId: comp.id, planId: comp.planId },
      planName: planNames.get(comp.planId) ?? comp.planId,
      until: toSeconds(comp.expiresAt),
    })),
    acknowledgement: acknowledgement && toDecided(acknowledgement),
    decisions,
    latest: decisions[0]?.id ?? null,
  };
}
