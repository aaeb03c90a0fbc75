/** What the values of a column look like. */
export type ValueClass = "customer" | "subscription" | "price" | "product" | "item" | "email" | "status";

/** Values of a column with how often each was seen, the most frequent first. */
export type SeenValues = readonly (readonly [value: string, count: number])[];

export type ClassifiedValues = {
  class: ValueClass;
  /** How many of the values look like it, and how many there are. */
  matching: number;
  seen: number;
};

const PATTERNS: readonly [ValueClass, RegExp][] = [
  ["customer", /^cus_\w+$/],
  ["subscription", /^sub_\w+$/],
  ["price", /^(price|plan)_\w+$/],
  ["product", /^prod_\w+$/],
  ["item", /^si_\w+$/],
  ["email", /^[^\s@]+@[^\s@]+\.[^\s@]+$/],
];

/** Words that only Stripe's statuses have; `active` and `paused` are words of many other things. */
const TELLING_STATUSES = [
  ...["trialing", "past_due", "unpaid", "incomplete", "incomplete_expired", "canceled", "cancelled"],
  ...["pastdue", "trial", "deleted", "expired"],
];
const STATUSES = new Set([...TELLING_STATUSES, "active", "inactive", "paused"]);
const TELLING = new Set(TELLING_STATUSES);
const MOST_STATUS_WORDS = 20;
const SHARE = 0.5;

/** The word as Stripe would write it. */
export const normalizeWord = (word: string): string =>
  word
    .trim()
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");

/** What most of the values look like; undefined when they look like nothing that Stripe gives. */
export function classifyValues(
  values: SeenValues,
  labels: readonly string[] = [],
): ClassifiedValues | undefined {
  const filled = values.filter(([value]) => value.trim() !== "");
  const seen = countValues(filled);
  if (seen > 0)
    for (const [name, pattern] of PATTERNS) {
      const matching = countValues(filled.filter(([value]) => pattern.test(value)));
      if (matching / seen >= SHARE) return { class: name, matching, seen };
    }
  const words = [...new Set([...filled.map(([value]) => value), ...labels])];
  if (words.length === 0 || words.length > MOST_STATUS_WORDS) return undefined;
  const normalized = words.map(normalizeWord);
  const isTelling =
    normalized.some((word) => TELLING.has(word)) &&
    normalized.filter((word) => STATUSES.has(word)).length * 2 >= words.length;
  if (!isTelling) return undefined;
  return {
    class: "status",
    matching: countValues(filled.filter(([value]) => STATUSES.has(normalizeWord(value)))),
    seen,
  };
}

const countValues = (values: SeenValues): number => values.reduce((sum, [, count]) => sum + count, 0);

/** At least half of the values are words for a status, also where none of them is one that only Stripe has. */
export const areStatuses = (values: SeenValues): boolean =>
  values.filter(([value]) => STATUSES.has(normalizeWord(value))).length * 2 >= values.length;
