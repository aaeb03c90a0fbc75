import { ACTOR_KINDS, type Actor } from "~/engine/account/actor";
import { DECISION_KINDS, DECISIONS, type DecisionKind } from "~/engine/decisions/kinds";
import type { StoredDecision, Subject } from "~/engine/decisions/store.server";
import type { Database } from "~/platform/client.server";
import { loadStaffNames } from "../account-facts.server";
import { describeCaller } from "../run-view.server";

/** A decision as pages and the command line show it. */
export type DecisionView = {
  id: string;
  /** Null for one of an earlier version. */
  kind: DecisionKind | null;
  /** "Put on hold" */
  label: string;
  /** "Ada (staff)"; people stay named after they have left. */
  by: string;
  /** Epoch seconds. */
  at: number;
  reason: string | null;
  subject: Subject;
  /** Can be taken back, and was not yet. */
  undoable: boolean;
  /** The decision that it takes back, and that took it back. */
  undoes: string | null;
};

/** Decisions with the names of the people who made them, in the order given. */
export async function toDecisionViews(
  db: Database,
  decisions: readonly StoredDecision[],
): Promise<DecisionView[]> {
  if (decisions.length === 0) return [];
  const [names, undone] = await Promise.all([
    loadActorNames(
      db,
      decisions.map(({ actor }) => actor),
    ),
    db.decision.findMany({
      where: { undoes: { in: decisions.map(({ id }) => BigInt(id)) } },
      select: { undoes: true },
    }),
  ]);
  const undoneIds = new Set(undone.map(({ undoes }) => String(undoes)));
  return decisions.map(({ id, kind, actor, createdAt, reason, subject, undoes }) => {
    const known = DECISION_KINDS.find((one) => one === kind) ?? null;
    return {
      ...{ id, kind: known, reason, subject, undoes },
      label: known === null ? kind : DECISIONS[known].done,
      by: describeCaller(actor.kind, actor.id, names),
      at: Math.floor(createdAt.getTime() / 1000),
      undoable: known !== null && DECISIONS[known].undoable && !undoneIds.has(id),
    };
  });
}

export const loadActorNames = (db: Database, actors: readonly Actor[]): Promise<Map<string, string>> =>
  loadStaffNames(
    db,
    actors.flatMap(({ kind, id }) => (kind === "staff" && id !== null ? [id] : [])),
  );

/** Reads `staff:…` as rows name an actor; null where it is another word, such as `first use`. */
export function parseActor(text: string): Actor | null {
  const [kind, ...id] = text.split(":");
  const known = ACTOR_KINDS.find((one) => one === kind);
  return known === undefined ? null : { kind: known, id: id.join(":") || null };
}

/** "Ada (staff)"; the word itself where it names none of ours. */
export function describeActor(text: string, names: ReadonlyMap<string, string>): string {
  const actor = parseActor(text);
  return actor === null ? text : describeCaller(actor.kind, actor.id, names);
}
