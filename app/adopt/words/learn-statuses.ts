import { isCancelScheduled } from "~/billing/observation";
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

const STATUSES = [
  ...["active", "trialing", "past_due", "unpaid", "paused", "incomplete", "incomplete_expired", "canceled"],
];
/** Whose word is taken, when nothing of this status was seen. */
const LIKE: readonly (readonly [status: string, other: string])[] = [
  ["trialing", "active"],
  ["unpaid", "canceled"],
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

/**
 * Learns the application's words for statuses by what Stripe says of the same customers; without that, by their spelling.
 * `labels`: words that the column may hold, also those that no owner has.
 */
export function learnStatuses(
  owners: readonly RecordedOwner[],
  facts: StripeFacts | null,
  labels: readonly string[] = [],
): LearnedStatuses {
  const counts = new Map<string, number>();
  for (const { status } of owners) if (status !== null) counts.set(status, (counts.get(status) ?? 0) + 1);
  const words = [...new Set([...counts.keys(), ...labels])];
  const table = countStatuses(owners, facts);
  const byStatus = new Map<string, string>();
  const reasons = new Map<string, string>();
  for (const status of STATUSES) {
    const found = table.findWord(status);
    if (!found) continue;
    byStatus.set(status, found.word);
    reasons.set(
      found.word,
      `${reasons.has(found.word) ? `${reasons.get(found.word)}; ` : ""}${found.count} of ${found.total} that are ${status}`,
    );
  }
  for (const word of words) {
    const status = SPELLINGS[normalizeWord(word)] ?? normalizeWord(word);
    if (STATUSES.includes(status) && !byStatus.has(status)) byStatus.set(status, word);
  }
  const scheduled =
    table.findWord(SCHEDULED)?.word ??
    (facts ? undefined : words.find((word) => SCHEDULED_WORDS.test(normalizeWord(word))));
  const cancelScheduled =
    scheduled !== undefined && ![...byStatus.values()].includes(scheduled) ? scheduled : null;
  const isStripes = [...byStatus].every(([status, word]) => status === word) && cancelScheduled === null;
  const guessed = isStripes ? [] : guessWords(byStatus);
  const known = new Set(isStripes ? STATUSES : [...byStatus.values(), cancelScheduled]);
  const unknown = [...counts].filter(([word]) => !known.has(word) && word.trim() !== "");
  return { words: isStripes ? null : invert(byStatus), cancelScheduled, reasons, unknown, guessed };
}

function countStatuses(owners: readonly RecordedOwner[], facts: StripeFacts | null): CrossTable {
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
  for (const status of STATUSES) {
    const word = byStatus.get(status);
    if (word !== undefined) words.set(word, [...(words.get(word) ?? []), status]);
  }
  return words;
}
