import { trimBlanks } from "./ids";

/**
 * Folds an email address for comparison: only ASCII A–Z. Folding all of Unicode makes different addresses equal.
 * In SQL the same is `lower(email COLLATE "C")`.
 */
export function foldEmail(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The address of a user's record, as it is compared. In SQL the same is `foldRecordedEmail`. */
export const foldRecordedEmail = (email: string): string => foldEmail(trimBlanks(email));
