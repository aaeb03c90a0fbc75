import { z } from "zod";
import type { ActivityQuery } from "~/dashboard/activity/activity-places.server";

const text = z.string().trim().max(300).catch("").default("");
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/)
  .refine((typed) => !Number.isNaN(Date.parse(`${typed}T00:00:00Z`)))
  .catch("")
  .default("");

/** The filters in the address. One that cannot be read is none. */
export const activitySearch = z.object({
  kind: text,
  actor: text,
  user: text,
  run: text,
  /** Days in UTC; the last one is included. */
  from: day,
  to: day,
  after: text,
});

export type ActivityFilters = z.output<typeof activitySearch>;

const DAY = 86_400;
const toSeconds = (typed: string) => Date.parse(`${typed}T00:00:00Z`) / 1000;

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
