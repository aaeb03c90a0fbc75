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

/**
 * Ids that an address cannot hold as they are: dots mean steps up, which browsers take at once, and other pages of `/users` and
 * `/workspace` have the names. They stand behind a tilde, and so do ids that look like one of those.
 */
const SHADOWED = /^~*(\.\.?|facets|views|session|leave)$/;

/**
 * The router takes the letters `%2F` for a slash, also where an id has them as letters: they get a tilde between, and so do those
 * that have one already.
 */
const SLASH_LETTERS = /%(~*)2F/g;
const PARTED_LETTERS = /%~(~*)2F/g;

/** The id of a user or a workspace as a part of a path. An address that ends with `.data` is taken for a request of data. */
export const toPathId = (id: string): string =>
  encodeURIComponent(SHADOWED.test(id) ? `~${id}` : id.replace(SLASH_LETTERS, "%~$12F")).replace(
    /\.data$/,
    "%2Edata",
  );

/** The id that a part of a path stands for. */
export const readPathId = (part: string): string =>
  part.startsWith("~") && SHADOWED.test(part) ? part.slice(1) : part.replace(PARTED_LETTERS, "%$12F");

/**
 * A text from outside as a part of one line: what would end the line, move the cursor or turn the direction of reading is a blank, so that
 * no name can look like a line of ours.
 */
export const toOneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
