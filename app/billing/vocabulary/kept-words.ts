import { FIELDS, type RecordFields } from "~/billing/fields";
import type { Catalogue } from "~/billing/plans";
import type { Policy } from "~/billing/policy";
import type { BillingRow, UserBilling, UserRecord } from "~/billing/record";
import { type Meaning, readPlanMeaning, readStatusMeaning } from "./vocabulary";

type Rules = { catalogue: Catalogue; policy: Policy };
/** `fields`: what the application records; a row has no word in a field that it does not. */
type RecordRules = Rules & { fields?: RecordFields };

const readPlan = (word: string | null, { catalogue, policy: { noPlanWord, vocabulary } }: Rules): Meaning =>
  readPlanMeaning(word, { catalogue, noPlanWord, vocabulary });

/** Such a word is never overwritten: only the application knows what it means, or it was given by hand. */
const isKept = (meaning: Meaning) => meaning === "unknown" || meaning === "by_hand";

/** What the words of a record say that Stripe does not. */
export type RecordedWords = {
  /** Access was given by hand: a status or a plan of the record means so. */
  byHand: boolean;
  /** A status or a plan that the mapping does not know. */
  unknown: string | null;
  /** The same, where this word decides about access. */
  undecided: string | null;
};

/** Reads the recorded statuses and plans. */
export function readRecordedWords(
  { user, billing, workspaces }: UserRecord,
  rules: RecordRules,
): RecordedWords {
  const { vocabulary } = rules.policy;
  const rowStatus = (rules.fields ?? FIELDS).billing.status ? (billing?.status ?? null) : null;
  const words = [
    { word: user.subscriptionStatus, meaning: readStatusMeaning(user.subscriptionStatus, vocabulary) },
    { word: rowStatus, meaning: readStatusMeaning(rowStatus, vocabulary) },
    { word: user.plan, meaning: readPlan(user.plan, rules) },
    { word: billing?.plan ?? null, meaning: readPlan(billing?.plan ?? null, rules) },
  ];
  const [status, , plan] = words;
  const deciding =
    vocabulary.accessBy === "plan" ? plan : vocabulary.accessBy === "date" ? undefined : status;
  const isDeciding = workspaces.length === 0 && deciding?.meaning === "unknown";
  return {
    byHand: words.some(({ meaning }) => meaning === "by_hand"),
    unknown: words.find(({ meaning }) => meaning === "unknown")?.word ?? null,
    undecided: isDeciding ? deciding.word : null,
  };
}

/** The fields of a user as they should be, with the recorded words that are kept. */
export function keepUserWords(wanted: UserBilling, recorded: UserBilling, rules: Rules): UserBilling {
  const { plan, subscriptionStatus } = recorded;
  const keepsStatus = isKept(readStatusMeaning(subscriptionStatus, rules.policy.vocabulary));
  return {
    ...wanted,
    plan: isKept(readPlan(plan, rules)) ? plan : wanted.plan,
    subscriptionStatus: keepsStatus ? subscriptionStatus : wanted.subscriptionStatus,
  };
}

/** The row as it should be, with the recorded words that are kept; null when there should be none. */
export function keepRowWords(
  wanted: BillingRow | null,
  recorded: BillingRow | null,
  rules: Rules,
): BillingRow | null {
  if (wanted === null || recorded === null) return wanted;
  const { plan, status } = recorded;
  return {
    ...wanted,
    plan: isKept(readPlan(plan, rules)) ? plan : wanted.plan,
    status: isKept(readStatusMeaning(status, rules.policy.vocabulary)) ? status : wanted.status,
  };
}
