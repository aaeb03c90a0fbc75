import { dictionary } from "@zxcvbn-ts/language-common";

/** Passwords that many people have. Half a megabyte: import it only when a password is chosen. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set<string>(dictionary.passwords);
