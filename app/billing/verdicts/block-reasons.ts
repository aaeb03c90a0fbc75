type BlockReasonEntry = {
  /** For staff: what was not done, and why. */
  sentence: string;
  /** The reason may pass by itself: each incremental run evaluates these users again. */
  recheck: boolean;
};

const ENTRIES = {
  writes_off: { sentence: "Not changed: repairs are paused.", recheck: false },
  grant_only: {
    sentence: "Access not revoked: Parity only grants access until an admin allows revocations.",
    recheck: false,
  },
  on_hold: {
    sentence: "Not changed: this user is on hold until staff release it or Stripe’s state changes.",
    recheck: false,
  },
  acknowledged: {
    sentence: "Not changed: staff acknowledged this mismatch. Sync the user alone to repair it all the same.",
    recheck: false,
  },
  revocation_limit: {
    sentence: "Access not revoked: the revocation limit for 24 hours is reached. An admin can approve it.",
    recheck: true,
  },
  not_read_since: { sentence: "Access not revoked: Stripe must be read again first.", recheck: true },
  customer_not_found: {
    sentence: "Access not revoked: Stripe does not have a customer that the database names.",
    recheck: false,
  },
  no_positive_evidence: {
    sentence: "Access not revoked: Stripe shows no ended subscription. An admin can approve it.",
    recheck: false,
  },
  undecided_subscription: {
    sentence:
      "Access not revoked: another subscription of this user has an unknown status or an unmapped price. Map or ignore the price; an admin can approve it.",
    recheck: false,
  },
  possible_other_customer: {
    sentence: "Access not revoked: another paying Stripe customer may be this user. An admin can approve it.",
    recheck: true,
  },
  contested_customer: {
    sentence:
      "Access not revoked: the database gives the same Stripe customer to another user. Staff must decide.",
    recheck: false,
  },
  other_customers_unknown: {
    sentence:
      "Access not revoked: Stripe has not been read completely yet, so another customer may be paying.",
    recheck: true,
  },
} as const satisfies Record<string, BlockReasonEntry>;

/** Why a repair that is due is not made. */
export type BlockReason = keyof typeof ENTRIES;

/** One entry a reason. To add a reason, add its entry here; `decide` says when it applies. */
export const BLOCK_REASON_CATALOGUE: Record<BlockReason, BlockReasonEntry> = ENTRIES;

const isBlockReason = (text: string): text is BlockReason => Object.hasOwn(ENTRIES, text);

export const BLOCK_REASONS: readonly BlockReason[] = Object.keys(ENTRIES).filter(isBlockReason);

/** Evidence is missing: only an admin's override, for a typed reason, makes such a revocation. */
const WITHOUT_EVIDENCE: ReadonlySet<string> = new Set<BlockReason>([
  "customer_not_found",
  "no_positive_evidence",
  "possible_other_customer",
  "undecided_subscription",
]);

/** Whether a revocation is blocked because evidence is missing; an unknown reason counts as such. */
export const lacksEvidence = (reason: string | null): boolean =>
  reason !== null && (WITHOUT_EVIDENCE.has(reason) || !Object.hasOwn(ENTRIES, reason));

export const RECHECK_BLOCK_REASONS: readonly BlockReason[] = BLOCK_REASONS.filter(
  (reason) => BLOCK_REASON_CATALOGUE[reason].recheck,
);
