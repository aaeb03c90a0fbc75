import { dictionary } from "@zxcvbn-ts/language-common";

/** Passwords that many people have, the most common first. Half a megabyte: import it only when a password is chosen. */
export const COMMON_PASSWORDS: ReadonlyMap<string, number> = new Map<string, number>(
  dictionary.passwords.map((password, index) => [password, index + 1]),
);
