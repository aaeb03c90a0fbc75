const MOST_ID = 500;

/**
 * A user's id as someone wrote it into Stripe's metadata or a checkout session: trimmed. Null when nothing is left, and for
 * a text with NUL or half a character, which is no id in any database, and one that is longer than Stripe's metadata may be.
 */
export function readUserId(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? "";
  const isId = trimmed !== "" && trimmed.length <= MOST_ID && !/[\0\u{fffd}\p{Surrogate}]/u.test(trimmed);
  return isId ? trimmed : null;
}

/** What is used while the setting `metadataKeys` is not stored. */
export const DEFAULT_METADATA_KEYS: readonly string[] = ["userId"];

/** Metadata of an object of Stripe: texts by key. */
export type Metadata = Readonly<Record<string, string>>;

/** The user that Stripe's metadata name: the first of the keys that holds an id. Null when none does. */
export function readMetadataUserId(
  metadata: Metadata | null | undefined,
  keys: readonly string[],
): string | null {
  for (const key of keys) {
    const userId = metadata && Object.hasOwn(metadata, key) ? readUserId(metadata[key]) : null;
    if (userId !== null) return userId;
  }
  return null;
}

const isBlank = (code: number) => code === 32 || (code >= 9 && code <= 13);

/** A text as the application recorded it, without blanks around it, as `trimBlanks` does it in SQL. */
export function trimBlanks(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

/** A Stripe id as the application recorded it: trimmed, as `trimId` does it in SQL; null when it is empty or blank. */
export const readStripeId = (text: string | null | undefined): string | null =>
  trimBlanks(text ?? "") || null;

/** Could Stripe have made this id? Anything else is asked for in vain: Stripe answers that it is no id at all. */
export const isStripeId = (id: string): boolean => /^[A-Za-z0-9_]{1,255}$/.test(id);
