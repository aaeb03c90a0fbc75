import type { AccessRule, Vocabulary } from "~/billing/vocabulary/vocabulary";
import type { Mapping } from "./mapping.server";
import { listMappedPlans } from "./plans";

const UNIT_SECONDS = { day: 86_400, hour: 3_600 };

/** The application's own words, and by what it decides who gets in. */
export function toVocabulary(mapping: Mapping): Vocabulary {
  const { status, plan, access } = mapping;
  return {
    statusWords: status.words ?? null,
    cancelScheduledWord: status.cancelScheduled ?? null,
    statusesByHand: status.byHand,
    plansByHand: plan.byHand,
    planOnEnd: plan.onEnd,
    planSets: Object.fromEntries(listMappedPlans(mapping).plans.map(({ id, sets }) => [id, sets])),
    accessBy: toAccessRule(access.by),
    // Where something else decides, a status is only what Stripe says.
    statusesWithAccess: status.access ?? (access.by === "status" ? "not_said" : "by_policy"),
    dateGraceSeconds: toSeconds(access.grace ?? "0 days"),
  };
}

/** Where access stands in a column of its own, each owner is one workspace. */
const toAccessRule = (by: Mapping["access"]["by"]): AccessRule =>
  by === "boolean" || by === "seats" ? "workspaces" : by;

function toSeconds(grace: string): number {
  const [count, unit] = grace.split(" ");
  return Number(count) * UNIT_SECONDS[unit?.startsWith("hour") ? "hour" : "day"];
}
