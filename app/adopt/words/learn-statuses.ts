import { isCancelScheduled } from "~/billing/observation";
import { STRIPE_STATUSES } from "~/billing/vocabulary/vocabulary";
import { normalizeWord } from "../scan/classify";
import { CrossTable } from "./cross-table";
import type { RecordedOwner } from "./read-recorded.server";
import { chooseSubscription, isEntitledStatus, type StripeFacts } from "./read-stripe.server";

export type LearnedStatuses = {
  /** The application's words, each with Stripe's statuses; null: it uses Stripe's own. */
  words: ReadonlyMap<string, readonly string[]> | null;
  cancelScheduled: string | null;
  /** By word: what speaks for it. */
  reasons: ReadonlyMap<string, string>;
  /** Words that stand for nothing that Stripe says, with how many owners have them. */
  unknown: readonly (readonly [word: string, count: number])[];
  /** Statuses whose word was not seen, and the word that was taken. */
  guessed: readonly (readonly [status: string, word: string])[];
};

/** Whose word is taken, when nothing of this status was seen. */
const LIKE: readonly (readonly [status: string, other: string])[] = [
  ["trialing", "active"],
  ["unpaid", "canceled"],
  ["paused", "canceled"],
  ["incomplete_expired", "canceled"],
];
const SPELLINGS: Readonly<Record<string, string>> = {
  ...{
    cancelled: "canceled",
    trial: "trialing",
    pastdue: "past_due",
    inactive: "canceled",
    deleted: "canceled",
  },
  ...{ expired: "canceled", ended: "canceled" },
};
const SCHEDULED = "active, to be canceled";
const SCHEDULED_WORDS = /^(cancel_at_period_end|canceling|cancelling|cancel_scheduled|pending_cancel)/;
/** Fewer owners than this do not teach that a word of Stripe's also means another status. */
const FEW = 3;

/**
 * Learns the application's words for statuses by what Stripe says of the same customers; without that, by their spelling.
 * What is wrong in the records must not teach that it is right: a word that is spelled like a status of Stripe's means that
 * status, and no word stands both for a status with access and for one without.
 * `labels`: words that the column may hold, also those that no owner has.
 */
export function learnStatuses(
  owners: readonly Pick<RecordedOwner, "customer" | "subscription" | "status">[],
  facts: StripeFacts | null,
  labels: readonly string[] = [],
): LearnedStatuses {
  const counts = new Map<string, number>();
  for (const { status } of owners)
    if (status !== null && status.trim() !== "") counts.set(status, (counts.get(status) ?? 0) + 1);
  const words = [...new Set([...counts.keys(), ...labels])];
  const table = countStatuses(owners, facts);
  const byStatus = new Map<string, string>();
  const spelled = new Map<string, string>();
  for (const isExact of [true, false])
    for (const word of words) {
      const normal = normalizeWord(word);
      const status = isExact ? normal : (SPELLINGS[normal] ?? normal);
      if (!STRIPE_STATUSES.includes(status) || spelled.has(word)) continue;
      spelled.set(word, status);
      if (!byStatus.has(status)) byStatus.set(status, word);
    }
  const reasons = new Map<string, string>();
  const isPure = words.every((word) => STRIPE_STATUSES.includes(word));
  for (const { status, word, count, total } of listEvidence(table)) {
    const own = byStatus.get(status) ?? (isPure ? undefined : word);
    if (own !== word || !canMean(word, status, { spelled, byStatus, count })) continue;
    byStatus.set(status, word);
    const reason = `${count} of ${total} that are ${status}`;
    reasons.set(word, reasons.has(word) ? `${reasons.get(word)}; ${reason}` : reason);
  }
  const isFree = (word: string) => ![...byStatus.values()].includes(word) && !spelled.has(word);
  const seen = table.findWord(SCHEDULED)?.word;
  const scheduled =
    seen !== undefined && isFree(seen)
      ? seen
      : words.find((word) => SCHEDULED_WORDS.test(normalizeWord(word)));
  const cancelScheduled = scheduled !== undefined && isFree(scheduled) ? scheduled : null;
  const isStripes = [...byStatus].every(([status, word]) => status === word) && cancelScheduled === null;
  const guessed = isStripes ? [] : guessWords(byStatus);
  const known = new Set(isStripes ? STRIPE_STATUSES : [...byStatus.values(), cancelScheduled]);
  const unknown = [...counts].filter(([word]) => !known.has(word));
  return { words: isStripes ? null : invert(byStatus), cancelScheduled, reasons, unknown, guessed };
}

type Evidence = { status: string; word: string; count: number; total: number };

/** What stands beside each status most often; what most owners say comes first. */
const listEvidence = (table: CrossTable): Evidence[] =>
  STRIPE_STATUSES.flatMap((status) => {
    const found = table.findWord(status);
    return found ? [{ status, ...found }] : [];
  }).sort(
    (a, b) => b.count - a.count || STRIPE_STATUSES.indexOf(a.status) - STRIPE_STATUSES.indexOf(b.status),
  );

type Meant = { spelled: ReadonlyMap<string, string>; byStatus: ReadonlyMap<string, string>; count: number };

function canMean(word: string, status: string, { spelled, byStatus, count }: Meant): boolean {
  const own = spelled.get(word);
  if (own === status) return true;
  const meant = [...byStatus].flatMap(([one, other]) => (other === word ? [one] : []));
  const isSameClass = [...meant, ...(own === undefined ? [] : [own])].every(
    (one) => isEntitledStatus(one) === isEntitledStatus(status),
  );
  return isSameClass && (own === undefined || count >= FEW);
}

function countStatuses(
  owners: readonly Pick<RecordedOwner, "customer" | "subscription" | "status">[],
  facts: StripeFacts | null,
): CrossTable {
  const table = new CrossTable();
  for (const { customer, subscription, status } of owners) {
    if (customer === null || status === null) continue;
    const chosen = chooseSubscription(facts?.byCustomer.get(customer) ?? [], subscription);
    if (!chosen) continue;
    const isScheduled = isCancelScheduled(chosen) && isEntitledStatus(chosen.status);
    table.add(isScheduled ? SCHEDULED : chosen.status, status);
  }
  return table;
}

function guessWords(byStatus: Map<string, string>): [string, string][] {
  return LIKE.flatMap(([status, other]): [string, string][] => {
    const word = byStatus.get(other);
    if (word === undefined || byStatus.has(status)) return [];
    byStatus.set(status, word);
    return [[status, word]];
  });
}

function invert(byStatus: ReadonlyMap<string, string>): Map<string, string[]> {
  const words = new Map<string, string[]>();
  for (const status of STRIPE_STATUSES) {
    const word = byStatus.get(status);
    if (word !== undefined) words.set(word, [...(words.get(word) ?? []), status]);
  }
  return words;
}
