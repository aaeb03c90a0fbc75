const toComparable = (name: string): string =>
  name.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();

/** Is what was typed this name? Case, and blanks around and between the words, mean nothing. */
export const isTypedName = (typed: string, name: string): boolean =>
  toComparable(typed) === toComparable(name);

/** The name that is typed before access is taken from this user; never empty. */
export const chooseNameToType = (user: { userId: string; name: string | null; email: string }): string =>
  [user.name, user.email].find((name) => name?.trim()) ?? user.userId;
