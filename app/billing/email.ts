import { trimBlanks } from "./ids";

/**
 * Folds an email address for comparison: only ASCII A–Z. Folding all of Unicode makes different addresses equal.
 * In SQL the same is `lower(email COLLATE "C")`.
 */
export function foldEmail(email: string): string {
  if (!/[A-Z]/.test(email)) return email;
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The address of a user's record, as it is compared. In SQL the same is `foldRecordedEmail`. */
export const foldRecordedEmail = (email: string): string => foldEmail(trimBlanks(email));

/**
 * The address in the spellings that people type for one: other capitals also outside of ASCII, and letters with their signs as one
 * character or as two. Folded. Only for searching: two of them may be two people, so nothing is linked by this.
 */
export function listSpellings(email: string): string[] {
  const cases = [email, email.toLowerCase(), email.toUpperCase()];
  return [
    ...new Set(cases.flatMap((one) => [one, one.normalize("NFC"), one.normalize("NFD")]).map(foldEmail)),
  ];
}
