import type { Catalogue } from "~/billing/plans";

/** By what the application decides who gets in. `workspaces`: by usable workspaces, and by the status of a user without any. */
export type AccessRule = "workspaces" | "status" | "plan" | "date";

/** What a column that a plan sets may hold. */
type SetValue = string | number | boolean | null;

/** The application's own words for statuses and plans, as its mapping says. The record holds these words. */
export type Vocabulary = {
  /** Its words for statuses, each with Stripe's statuses that it stands for; null: it uses Stripe's own words. */
  statusWords: Readonly<Record<string, readonly string[]>> | null;
  /** Its word for a subscription that gives access and is canceled at the end of its period; null when it has none. */
  cancelScheduledWord: string | null;
  /** Statuses and plans that mean access given by hand: they are kept. */
  statusesByHand: readonly string[];
  plansByHand: readonly string[];
  /** What becomes of the recorded plan when a subscription gives no access any more: history, or the word for "no plan". */
  planOnEnd: "keep" | "none";
  accessBy: AccessRule;
  /** The statuses that let an owner in, in its own words. `by_policy`: those that Parity's policy does. */
  statusesWithAccess: readonly string[] | "by_policy" | "not_said";
  /** By plan: further columns that it sets (`user.sets.<name>`), with their values. The word for "no plan" may set some, too. */
  planSets: Readonly<Record<string, Readonly<Record<string, SetValue>>>>;
  /** `date`: seconds of access after the end of the recorded period. */
  dateGraceSeconds: number;
};

/** An application that uses Stripe's own words. */
export const STRIPES_WORDS: Vocabulary = {
  statusWords: null,
  cancelScheduledWord: null,
  statusesByHand: [],
  plansByHand: [],
  planOnEnd: "keep",
  accessBy: "workspaces",
  statusesWithAccess: "by_policy",
  planSets: {},
  dateGraceSeconds: 0,
};

/** Statuses of a subscription that runs: whether it gives access is for the policy to say. */
export const RUNNING_STATUSES: readonly string[] = ["active", "trialing", "past_due"];
/** The statuses of subscriptions that Stripe documents. */
export const STRIPE_STATUSES: readonly string[] = [
  ...RUNNING_STATUSES,
  ...["unpaid", "paused", "incomplete", "incomplete_expired", "canceled"],
];

/**
 * The application's word for a status of Stripe's; undefined when it has none for it: then the recorded word stays.
 */
export function findStatusWord(
  status: string,
  cancelScheduled: boolean,
  { statusWords, cancelScheduledWord }: Vocabulary,
): string | undefined {
  if (cancelScheduled && cancelScheduledWord !== null && RUNNING_STATUSES.includes(status))
    return cancelScheduledWord;
  if (statusWords === null) return status;
  return Object.keys(statusWords).find((word) => statusWords[word]?.includes(status));
}

/** What a recorded word says. `unknown`: only the application knows; such a word is never overwritten. */
export type Meaning = "none" | "known" | "by_hand" | "unknown";

export function readStatusMeaning(word: string | null, vocabulary: Vocabulary): Meaning {
  if (word === null) return "none";
  if (vocabulary.statusesByHand.includes(word)) return "by_hand";
  return listStatuses(word, vocabulary).length > 0 ? "known" : "unknown";
}

/** Stripe's statuses that a recorded word stands for; empty for a word that is not known. */
export function listStatuses(
  word: string,
  { statusWords, cancelScheduledWord }: Vocabulary,
): readonly string[] {
  if (word === cancelScheduledWord) return ["active", "trialing"];
  if (statusWords !== null) return (Object.hasOwn(statusWords, word) ? statusWords[word] : undefined) ?? [];
  return STRIPE_STATUSES.includes(word) ? [word] : [];
}

/** Does the application let in an owner with this status? Null where its mapping does not say. */
export const isLetIn = (word: string, { statusesWithAccess }: Vocabulary): boolean | null =>
  typeof statusesWithAccess === "string" ? null : statusesWithAccess.includes(word);

/** Is an owner with this status of Stripe's shut out by the application? */
export function isShutOut(status: string, vocabulary: Vocabulary): boolean {
  if (typeof vocabulary.statusesWithAccess === "string") return false;
  const word = findStatusWord(status, false, vocabulary);
  return word !== undefined && isLetIn(word, vocabulary) === false;
}

/** A word for a late payment, of which the mapping does not say whether it lets an owner in. */
export function mayShutOut(word: string, vocabulary: Vocabulary): boolean {
  if (vocabulary.statusesWithAccess !== "not_said") return false;
  const statuses = listStatuses(word, vocabulary);
  return statuses.includes("past_due") && !statuses.includes("active");
}

/** Words that every application uses for no plan. */
const WITHOUT_PLAN = new Set(["", "free", "none"]);

export function readPlanMeaning(
  word: string | null,
  {
    catalogue,
    noPlanWord,
    vocabulary,
  }: { catalogue: Catalogue; noPlanWord: string | null; vocabulary: Vocabulary },
): Meaning {
  if (word === null || word === noPlanWord) return "none";
  if (vocabulary.plansByHand.includes(word)) return "by_hand";
  if (catalogue.plans.has(word)) return "known";
  return WITHOUT_PLAN.has(word.trim().toLowerCase()) ? "none" : "unknown";
}

/** The value that a plan sets in the field `sets.<name>`; undefined where it sets none. `plan` null: the word for no plan. */
export function findSetValue(
  field: string,
  plan: string | null,
  { planSets }: Vocabulary,
): SetValue | undefined {
  const name = field.startsWith("sets.") ? field.slice("sets.".length) : null;
  const values = Object.hasOwn(planSets, plan ?? "") ? planSets[plan ?? ""] : undefined;
  return name !== null && values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}
