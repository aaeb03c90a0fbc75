type FlagEntry = {
  /** On the screen and in the terminal. */
  label: string;
  sentence: string;
};

const ENTRIES = {
  several: {
    label: "Several subscriptions",
    sentence:
      "Stripe has more than one open subscription for this user. The one marked “decides access” counts.",
  },
  duplicate_customers: {
    label: "Several customers",
    sentence: "More than one Stripe customer is linked to this user. All of them count.",
  },
  comped: { label: "Free access", sentence: "Free access is running." },
  given_by_hand: {
    label: "Given by hand",
    sentence:
      "The database records access that was given by hand, in a word of the application’s own. It is kept.",
  },
  unknown_word: {
    label: "Unknown word",
    sentence:
      "The database records a plan or a status that Parity does not know. It is kept until the mapping says what it means.",
  },
  on_hold: {
    label: "On hold",
    sentence: "No automatic change until staff release the hold or Stripe’s state changes.",
  },
  acknowledged: {
    label: "Acknowledged",
    sentence: "Staff have seen this and left it as it is. It counts again when something about it changes.",
  },
  stale: {
    label: "Stale data",
    sentence: "This user’s customers were last read completely more than 24 hours ago.",
  },
  lookup_failed: {
    label: "Stripe lookup failed",
    sentence: "The last read of this user’s customers failed.",
  },
  not_revoked: {
    label: "Pending revocation",
    sentence: "Access should be revoked, but the revocation is blocked or waits for an admin.",
  },
  collection_paused: {
    label: "Collection paused",
    sentence: "Stripe does not collect payments for the subscription now. Access stays as its status says.",
  },
  refunded: {
    label: "Refunded",
    sentence:
      "The payment of the latest invoice was refunded, or a part of it. Access stays as its status says.",
  },
  disputed: {
    label: "Disputed",
    sentence:
      "The payer disputes the payment of the latest invoice, or has won. Access stays as its status says.",
  },
  possible_match: {
    label: "Possible match",
    sentence: "A payer in Stripe who is linked to no user may be this user. Staff must confirm it.",
  },
} as const satisfies Record<string, FlagEntry>;

/** What else is to be known about a user. A flag never hides the verdict. */
export type Flag = keyof typeof ENTRIES;

/** One entry a flag. To add a flag, add its entry here and its condition in `evaluate`. */
export const FLAG_CATALOGUE: Record<Flag, FlagEntry> = ENTRIES;

export const isFlag = (text: string): text is Flag => Object.hasOwn(ENTRIES, text);

export const FLAGS: readonly Flag[] = Object.keys(ENTRIES).filter(isFlag);

/** A user's state is stale when it was last completely observed longer ago than this. */
export const STALE_AFTER_SECONDS = 24 * 3600;
