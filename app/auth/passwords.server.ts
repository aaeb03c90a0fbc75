/** The lengths of a password, in UTF-16 units as JavaScript and better-auth count; the same in forms, commands and the library. */
export const PASSWORD_LENGTH = { minimum: 12, maximum: 128 } as const;

export type PasswordProblem = "password_too_short" | "password_too_long" | "password_too_common";

/** Why this password is refused; null when it is accepted. `names`: the member's name and e-mail address. */
export async function findPasswordProblem(
  password: string,
  names: readonly string[],
): Promise<PasswordProblem | null> {
  if (password.length < PASSWORD_LENGTH.minimum) return "password_too_short";
  if (password.length > PASSWORD_LENGTH.maximum) return "password_too_long";
  return (await isCommon(password, names)) ? "password_too_common" : null;
}

/** A sentence for the person who chose the password. */
export const PASSWORD_PROBLEMS: Record<PasswordProblem, string> = {
  password_too_short: `The password is too short: at least ${PASSWORD_LENGTH.minimum} characters.`,
  password_too_long: `The password is too long: at most ${PASSWORD_LENGTH.maximum} characters.`,
  password_too_common: "The password is easy to guess. Choose several words that do not belong together.",
};

/** Nearly any three letters are some word. */
const SHORTEST_WORD = 4;

/** Here each word counts by how common it is, so that short ones may be looked for. */
const SHORTEST_COMMON = 3;
/** Four common words and more are many guesses. */
const MOST_WORDS = 5;
/** A password of common words is easy to guess when so few guesses find it. Ten random letters take more. */
const FEWEST_GUESSES = 1e10;
const LONGEST_WORD = 24;

let commonPasswords: Promise<ReadonlyMap<string, number>> | null = null;

/** Half a megabyte, so it is loaded only when a password is chosen. */
function loadCommonPasswords(): Promise<ReadonlyMap<string, number>> {
  commonPasswords ??= import("./common-passwords.server").then(({ COMMON_PASSWORDS }) => COMMON_PASSWORDS);
  return commonPasswords;
}

async function isCommon(password: string, names: readonly string[]): Promise<boolean> {
  const text = password.normalize("NFKC").toLowerCase();
  // Dates, telephone numbers, a row of keys.
  if (new Set(text).size < 5 || isSequence(text) || !/\p{L}/u.test(text)) return true;
  const known = await loadCommonPasswords();
  const own = new Set(["parity", "stripe", ...names.flatMap(splitWords)]);
  const rank = (word: string) => (own.has(word) ? 1 : (known.get(word) ?? null));
  const isKnown = (word: string) => rank(word) !== null;
  return listForms(text).some(
    (form) =>
      isKnown(form) ||
      isRepetition(form, isKnown) ||
      isTwoWords(form, isKnown) ||
      countGuesses(form, rank) < FEWEST_GUESSES,
  );
}

/** A letter that belongs to no word. */
const GUESSES_A_LETTER = 26;

/**
 * How many guesses find it at least, when common words are tried beside each other, the most common first, in any order (the
 * heart of zxcvbn). `rank`: how common a word is, 1 is the most common; null when it is none.
 */
function countGuesses(text: string, rank: (word: string) => number | null): number {
  /** By the number of words, and where the last of them ends: the fewest guesses. */
  let ends: number[] = Array.from({ length: text.length + 1 }, (_, end) => GUESSES_A_LETTER ** end);
  let fewest = ends[text.length] ?? 0;
  for (let words = 1; words <= MOST_WORDS; words++) {
    const next: number[] = Array(text.length + 1).fill(Number.POSITIVE_INFINITY);
    for (let end = 1; end <= text.length; end++) {
      next[end] = (next[end - 1] ?? 0) * GUESSES_A_LETTER;
      for (let start = Math.max(0, end - LONGEST_WORD); start <= end - SHORTEST_COMMON; start++) {
        const known = rank(text.slice(start, end));
        if (known !== null) next[end] = Math.min(next[end] ?? 0, (ends[start] ?? 0) * known * words);
      }
    }
    fewest = Math.min(fewest, next[text.length] ?? 0);
    ends = next;
  }
  return fewest;
}

/** The password itself, without what people add at its ends and between words, and with letters instead of the signs that stand for them. */
function listForms(text: string): string[] {
  const plain = [text, text.replace(/[^\p{L}\p{N}]/gu, ""), text.replace(/[^\p{L}]/gu, "")];
  const forms = plain.flatMap((form) => [form, form.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "")]);
  return [...new Set(forms.flatMap((form) => [form, replaceSigns(form)]))].filter((form) => form !== "");
}

const LETTERS: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

function replaceSigns(text: string): string {
  return text.replace(/[013457@$!]/g, (sign) => LETTERS[sign] ?? sign);
}

/** Whether it is one known word or a short piece, again and again. */
function isRepetition(text: string, isKnown: (word: string) => boolean): boolean {
  for (let length = 1; length <= text.length / 2; length++) {
    if (text.length % length !== 0) continue;
    const piece = text.slice(0, length);
    if (piece.repeat(text.length / length) === text) return length <= 6 || isKnown(piece);
  }
  return false;
}

/** Whether it is two known words: a name, a brand or a common password beside another one. */
function isTwoWords(text: string, isKnown: (word: string) => boolean): boolean {
  for (let length = SHORTEST_WORD; length <= text.length - SHORTEST_WORD; length++)
    if (isKnown(text.slice(0, length)) && isKnown(text.slice(length))) return true;
  return false;
}

/** Whether nearly each character is the one before it, or its neighbour in the alphabet. */
function isSequence(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - (codes[index] ?? 0)) <= 1);
  return steps.length >= (codes.length - 1) * 0.75;
}

function splitWords(name: string): string[] {
  return [name, name.split("@")[0] ?? "", ...name.split(/[^\p{L}\p{N}]+/u)]
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= SHORTEST_WORD);
}
