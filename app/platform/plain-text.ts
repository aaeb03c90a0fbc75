/**
 * What PostgreSQL cannot store: NUL, and halves of a surrogate pair. Neither is in any id or text of ours, so a text with
 * them is refused where it arrives.
 */
const unstorable = /[\0\p{Surrogate}]/u;

/** Whether a text from outside can be stored and compared. */
export function isPlainText(text: string): boolean {
  return !unstorable.test(text);
}
