const ENTRIES = {
  changed_since: "the record is not what was written any more",
  entitled: "Stripe entitles the user to what would be taken",
  not_checked: "Stripe was not read completely, so what the user is entitled to is not known",
  undecided: "the user needs a decision first",
  grant_only: "it would take access, and Parity only grants access now",
  writes_off: "repairs are paused",
  record_busy: "the application is changing this user right now",
  refused: "the database refused the change",
  no_user: "the user does not exist any more",
} as const satisfies Record<string, string>;

/** Why a change is not taken back. */
export type UndoSkip = keyof typeof ENTRIES;

/** For the end of a sentence: "Not taken back: …". */
export const UNDO_SKIPS: Record<UndoSkip, string> = ENTRIES;

/** How a skip is kept with the user of a run. */
export const toSkipReason = (skip: UndoSkip): string => `undo_${skip}`;

const isSkip = (text: string): text is UndoSkip => Object.hasOwn(ENTRIES, text);

/** The sentence for a reason that `toSkipReason` made; null for any other. */
export function explainSkip(reason: string | null): string | null {
  const skip = reason?.startsWith("undo_") ? reason.slice("undo_".length) : "";
  return isSkip(skip) ? `Not taken back: ${UNDO_SKIPS[skip]}.` : null;
}
