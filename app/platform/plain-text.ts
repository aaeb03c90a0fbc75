/**
 * What PostgreSQL cannot store: NUL, and halves of a surrogate pair. Neither is in any id or text of ours, so a text with
 * them is refused where it arrives.
 */
const unstorable = /[\0\p{Surrogate}]/u;

/** The longest id of the application's that has a page of its own: an address with it, percent-encoded, is within bounds. */
export const MAX_ID = 1_000;

/** Whether a text from outside can be stored and compared. */
export function isPlainText(text: string): boolean {
  return !unstorable.test(text);
}
