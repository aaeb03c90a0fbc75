import { z } from "zod";
import { ACTIVITY_KINDS } from "~/dashboard/activity/activity.server";
import type { ActivityQuery } from "~/dashboard/activity/activity-places.server";

const text = z.string().trim().max(300).catch("").default("");

/** The filters in the address. */
export const activitySearch = z.object({
  kind: text,
  actor: text,
  user: text,
  run: text,
  /** Days in UTC; the last one is included. */
  from: text,
  to: text,
  after: text,
});

export type ActivityFilters = z.output<typeof activitySearch>;

const DAY = 86_400;
const toSeconds = (typed: string) => Date.parse(`${typed}T00:00:00Z`) / 1000;
const isDay = (typed: string) => /^\d{4}-\d\d-\d\d$/.test(typed) && !Number.isNaN(toSeconds(typed));

/** A filter whose value means nothing. */
export type UnknownFilter = { param: keyof ActivityFilters; label: string; value: string };

/** These find nothing: without them the list would show what was not asked for. `actors`: those who are in the activity. */
export function listUnknown(filters: ActivityFilters, actors: readonly { value: string }[]): UnknownFilter[] {
  const has = (choices: readonly { value: string }[], wanted: string) =>
    choices.some(({ value }) => value === wanted);
  const checks = [
    { param: "kind", label: "What", isKnown: has(ACTIVITY_KINDS, filters.kind) },
    { param: "actor", label: "By", isKnown: has(actors, filters.actor) },
    { param: "from", label: "From", isKnown: isDay(filters.from) },
    { param: "to", label: "To", isKnown: isDay(filters.to) },
  ] as const;
  return checks.flatMap(({ param, label, isKnown }) =>
    filters[param] === "" || isKnown ? [] : { param, label, value: filters[param] },
  );
}

/** What is asked of the activity by these filters. */
export function toActivityQuery(
  { kind, actor, user, run, from, to, after }: ActivityFilters,
  limit: number,
): ActivityQuery {
  return {
    limit,
    after: after || null,
    kinds: kind === "" ? [] : [kind],
    actor: actor || null,
    userId: user || null,
    runId: run || null,
    from: from === "" ? null : toSeconds(from),
    to: to === "" ? null : toSeconds(to) + DAY,
  };
}
