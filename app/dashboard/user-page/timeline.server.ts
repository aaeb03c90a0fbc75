import type { EpochSeconds } from "~/billing/observation";
import { isVerdict, type Verdict } from "~/billing/verdicts/catalogue";
import type { DecisionKind } from "~/engine/decisions/kinds";
import { listChanges } from "~/engine/repair/changes.server";
import type { Database } from "~/platform/client.server";
import { type ActivityEntry, listActivity } from "../activity/activity.server";
import type { UserDecisions } from "../decisions/user-decisions.server";

export type TimelineEntry = {
  /** `change:12`, `decision:3` */
  key: string;
  at: EpochSeconds;
  /** e.g. "Access given by the scheduler", "Put on hold by Ada (staff)" */
  title: string;
  tone: "right" | "critical" | "review";
  /** Lines "field: before → after"; empty when the entry changed nothing. */
  changes: string[];
  /** What the person typed who decided it; null for an automatic change. */
  reason: string | null;
  runId: string | null;
  /** What takes it back; null where that is not possible. */
  undo: ActivityEntry["undo"];
};

export type Timeline = {
  timeline: TimelineEntry[];
  /** What was wrong before the last repair of the last week; null when there was none. */
  corrected: Verdict | null;
};

const LENGTH = 50;
const LATELY_SECONDS = 7 * 86_400;

/** What Parity changed for a user and what staff decided, the newest first. */
export async function loadTimeline(db: Database, userId: string, decided: UserDecisions): Promise<Timeline> {
  const [{ entries }, [last]] = await Promise.all([
    listActivity(db, { userId, limit: LENGTH }),
    listChanges(db, userId, 1),
  ]);
  const isLate = last !== undefined && Date.now() - last.createdAt.getTime() < LATELY_SECONDS * 1000;
  return {
    timeline: [...entries.map(toEntry), ...listOlder(decided)].sort((one, other) => other.at - one.at),
    corrected: isLate && isVerdict(last.verdict) ? last.verdict : null,
  };
}

const toEntry = (entry: ActivityEntry): TimelineEntry => {
  const { key, at, title, by, changes, reason, runId, undo, source, revokes } = entry;
  const tone = revokes ? "critical" : source === "change" ? "right" : "review";
  return { key, at, title: `${title} by ${by}`, tone, changes, reason, runId, undo };
};

/** What was decided before decisions were kept. */
function listOlder({ decisions, hold, comps, acknowledgement }: UserDecisions): TimelineEntry[] {
  const isKept = (kind: DecisionKind) => decisions.some((one) => one.kind === kind);
  return [
    ...(hold && !isKept("hold") ? [{ ...hold, label: "Put on hold" }] : []),
    ...(isKept("give_comp")
      ? []
      : comps.map((comp) => ({ ...comp, label: `${comp.planName} given for free` }))),
    ...(acknowledgement && !isKept("acknowledge") ? [{ ...acknowledgement, label: "Acknowledged" }] : []),
  ].map(({ label, by, at, reason }) => ({
    ...{ key: `${label} ${at}`, at, reason, title: `${label} by ${by}` },
    ...{ tone: "review", changes: [], runId: null, undo: null },
  }));
}
