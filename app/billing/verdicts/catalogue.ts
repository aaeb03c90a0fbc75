import type { RatedSubscription } from "~/billing/choice";
import { type FindSince, findSinceAccessEnded, findSinceEntitled } from "~/billing/evaluation/since";
import { isPlanMismatch, isStatusMismatch, isWorkspaceMismatch, type Mismatch } from "~/billing/mismatches";
import type { Comp } from "~/billing/snapshot";
import type { Severity } from "./severity";

/** What the verdict is decided from. */
export type Findings = {
  completelyObserved: boolean;
  linkConflict: boolean;
  missingInStripe: boolean;
  primary: RatedSubscription | null;
  /** What is paid at a price that is not mapped, while nothing mapped gives access. */
  unmapped: RatedSubscription | null;
  accessExpected: boolean;
  accessRecorded: boolean;
  hasPossibleMatch: boolean;
  comp: Comp | null;
  /** A comp of Parity's is over, and only what it gave differs. */
  compIsOver: boolean;
  /** The recorded word that decides about access is not known; or says that access was given by hand. */
  isWordUndecided: boolean;
  isGivenByHand: boolean;
  mismatches: readonly Mismatch[];
};

/** What money at stake is: paid without access, access without payment, or paid at a price that is not mapped. */
export const MONEY_KINDS = ["locked_out", "leaking", "unmapped"] as const;
export type MoneyKind = (typeof MONEY_KINDS)[number];

export type VerdictEntry = {
  /** Does it fit, when no earlier one does? */
  fits: (findings: Findings) => boolean;
  severity: Severity;
  /** What a sync does: read first, leave it to staff, repair the record, or nothing because nothing differs. */
  class: "unchecked" | "review" | "repair" | "in_sync";
  /** The record stays as it is until staff or another read decide: nothing is expected of it. */
  keepsRecord: boolean;
  /** Depends on other users, customers or reads: each incremental run evaluates these users again. */
  recheck: boolean;
  /** In a list of users: sync right away, or open the user first. */
  rowAction: "sync" | "open";
  /** The monthly amount counts as money at stake of this kind. */
  money: MoneyKind | null;
  /** Since when money or access is wrong; null when neither is. */
  findSince: FindSince | null;
  /** On the screen and in the terminal. */
  label: string;
  /** "1 user <one>", "12 users <many>". */
  group: { one: string; many: string };
  /** What a run will do: "12 users …: <action>." */
  action: string;
};

const NOTHING = "nothing will be changed";
const REVIEW = {
  severity: "review",
  class: "review",
  rowAction: "open",
  money: null,
  findSince: null,
} as const;
const REPAIR = { class: "repair", keepsRecord: false, recheck: false, money: null, findSince: null } as const;
const IN_SYNC = {
  ...REPAIR,
  class: "in_sync",
  severity: "none",
  rowAction: "sync",
  action: NOTHING,
} as const;

const ENTRIES = {
  not_checked: {
    fits: ({ completelyObserved }) => !completelyObserved,
    severity: "warning",
    class: "unchecked",
    keepsRecord: true,
    recheck: true,
    rowAction: "sync",
    money: null,
    findSince: null,
    label: "Not checked",
    group: { one: "has not been checked yet", many: "have not been checked yet" },
    action: "Stripe will be read",
  },
  link_conflict: {
    ...REVIEW,
    fits: ({ linkConflict }) => linkConflict,
    keepsRecord: true,
    recheck: true,
    label: "Link conflict",
    group: {
      one: "shares a Stripe customer with another user",
      many: "share a Stripe customer with another user",
    },
    action: NOTHING,
  },
  missing_in_stripe: {
    ...REVIEW,
    fits: ({ missingInStripe }) => missingInStripe,
    keepsRecord: true,
    recheck: false,
    label: "Missing in Stripe",
    group: {
      one: "is recorded with a customer or subscription that does not exist in Stripe",
      many: "are recorded with a customer or subscription that does not exist in Stripe",
    },
    action: NOTHING,
  },
  unknown_status: {
    ...REVIEW,
    fits: ({ primary, isWordUndecided }) =>
      primary?.access === "review" || (primary !== null && isWordUndecided),
    keepsRecord: true,
    recheck: false,
    label: "Unknown status",
    group: { one: "has a status that Parity does not know", many: "have a status that Parity does not know" },
    action: NOTHING,
  },
  unmapped_price: {
    ...REVIEW,
    money: "unmapped",
    fits: ({ unmapped }) => unmapped !== null,
    keepsRecord: true,
    recheck: false,
    label: "Unmapped price",
    group: {
      one: "pays a price that is not mapped to a plan",
      many: "pay a price that is not mapped to a plan",
    },
    action: NOTHING,
  },
  locked_out: {
    ...REPAIR,
    fits: ({ accessExpected, accessRecorded }) => accessExpected && !accessRecorded,
    severity: "critical",
    rowAction: "sync",
    money: "locked_out",
    findSince: findSinceEntitled,
    label: "Locked out",
    group: { one: "has paid and is locked out", many: "have paid and are locked out" },
    action: "access will be granted",
  },
  unpaid_access: {
    ...REPAIR,
    fits: ({ accessRecorded, accessExpected, comp, compIsOver, isGivenByHand }) =>
      accessRecorded && !accessExpected && comp === null && !compIsOver && !isGivenByHand,
    severity: "critical",
    rowAction: "open",
    money: "leaking",
    findSince: findSinceAccessEnded,
    label: "Unpaid access",
    group: { one: "has access without a subscription", many: "have access without a subscription" },
    action: "access will be removed if a new read of Stripe confirms it",
  },
  possible_match: {
    ...REVIEW,
    fits: ({ accessExpected, accessRecorded, hasPossibleMatch }) =>
      !accessExpected && !accessRecorded && hasPossibleMatch,
    keepsRecord: false,
    recheck: true,
    label: "Possible match",
    group: {
      one: "may be paying under a Stripe customer that is not linked yet",
      many: "may be paying under Stripe customers that are not linked yet",
    },
    action: NOTHING,
  },
  plan_mismatch: {
    ...REPAIR,
    fits: ({ accessRecorded, accessExpected, mismatches }) =>
      accessRecorded && accessExpected && mismatches.some(isPlanMismatch),
    severity: "high",
    rowAction: "sync",
    label: "Plan mismatch",
    group: {
      one: "has a different plan or price in Stripe",
      many: "have a different plan or price in Stripe",
    },
    action: "plan and price will be corrected",
  },
  access_mismatch: {
    ...REPAIR,
    fits: ({ mismatches }) => mismatches.some(isWorkspaceMismatch),
    severity: "high",
    rowAction: "sync",
    label: "Access mismatch",
    group: {
      one: "has workspaces that do not match the plan",
      many: "have workspaces that do not match their plan",
    },
    action: "the workspaces will be updated",
  },
  status_mismatch: {
    ...REPAIR,
    fits: ({ mismatches }) => mismatches.some(isStatusMismatch),
    severity: "medium",
    rowAction: "sync",
    label: "Status mismatch",
    group: { one: "has a different status in Stripe", many: "have a different status in Stripe" },
    action: "the status will be corrected",
  },
  detail_mismatch: {
    ...REPAIR,
    fits: ({ mismatches }) => mismatches.length > 0,
    severity: "low",
    rowAction: "sync",
    label: "Detail mismatch",
    group: { one: "differs from Stripe in small details", many: "differ from Stripe in small details" },
    action: "the details will be corrected",
  },
  in_sync: {
    ...IN_SYNC,
    fits: ({ primary, comp }) => primary !== null || comp !== null,
    label: "In sync",
    group: { one: "is in sync", many: "are in sync" },
  },
  no_subscription: {
    ...IN_SYNC,
    fits: () => true,
    label: "No subscription",
    group: { one: "has no subscription", many: "have no subscription" },
  },
} satisfies Record<string, VerdictEntry>;

/** The one-word result for a user. */
export type Verdict = keyof typeof ENTRIES;

/**
 * One entry for each verdict, in the order in which they are tried. To add a verdict, add its entry here, its sentence in
 * `words/sentence.ts` (apart, because the pages carry this file to the browser) and a story for the demo; a new verdict with `recheck`
 * also needs a migration of the index SyncStatus_recheck.
 */
export const VERDICT_CATALOGUE: Record<Verdict, VerdictEntry> = ENTRIES;

export const isVerdict = (text: string): text is Verdict => Object.hasOwn(ENTRIES, text);

/** In the order in which they are tried. */
export const VERDICTS: readonly Verdict[] = Object.keys(ENTRIES).filter(isVerdict);

const selectVerdicts = (isSelected: (entry: VerdictEntry) => boolean): readonly Verdict[] =>
  VERDICTS.filter((verdict) => isSelected(VERDICT_CATALOGUE[verdict]));

/** Staff decide about these: a sync changes nothing by itself. */
export const REVIEW_VERDICTS: ReadonlySet<Verdict> = new Set(
  selectVerdicts((entry) => entry.class === "review"),
);

/** Nothing differs: nothing to do. */
export const IN_SYNC_VERDICTS: ReadonlySet<Verdict> = new Set(
  selectVerdicts((entry) => entry.class === "in_sync"),
);

/** Each incremental run evaluates users with these verdicts again. */
export const RECHECK_VERDICTS: readonly Verdict[] = selectVerdicts(({ recheck }) => recheck);

/** The first verdict that fits. Exactly one fits each user: the last entry fits all that are left. */
export function chooseVerdict(findings: Findings): Verdict {
  for (const verdict of VERDICTS) if (VERDICT_CATALOGUE[verdict].fits(findings)) return verdict;
  throw new Error("No verdict fits: the last entry of the catalogue must fit everything");
}
