import { IN_SYNC_VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import type { Flag } from "~/billing/verdicts/flags";

/**
 * What a person can do about a user. `sync` repairs and never takes access; `remove_access` does, and asks first;
 * `approve_removal` is an admin's, where Parity may not or has no evidence. The others are decisions of the catalogue.
 */
export const STEP_IDS = [
  "sync",
  "check",
  "remove_access",
  "approve_removal",
  "settle_conflict",
  "confirm_link",
  "reject_link",
  "map_price",
  "ignore_price",
  "give_comp",
  "end_comp",
  "hold",
  "release",
  "acknowledge",
  "end_acknowledgement",
] as const;

export type StepId = (typeof STEP_IDS)[number];

export type StepInput = {
  verdict: Verdict;
  flags: readonly Flag[];
  /** Why a repair is not made automatically. */
  blocked: string | null;
  /** The repair takes access. */
  revokes: boolean;
  /** There is access that an admin can take although nothing in Stripe says that it ended. */
  canOverride: boolean;
  /** More than one subscription is paid. Only Stripe can end that; it can be acknowledged. */
  paysTwice: boolean;
};

/** The one step that the case needs, and what else can be done; `next` is null when nothing needs to be done. */
export type CaseSteps = { next: StepId | null; others: StepId[] };

/** What fits a verdict, the step that ends the case first. */
function listSteps({ verdict, flags, blocked, revokes, canOverride, paysTwice }: StepInput): StepId[] {
  const removal: StepId[] = canOverride ? ["approve_removal"] : [];
  switch (verdict) {
    case "not_checked":
      return ["sync"];
    case "link_conflict":
      return ["settle_conflict", "acknowledge", "give_comp"];
    case "missing_in_stripe":
      return ["confirm_link", "acknowledge", "give_comp", ...removal];
    case "unknown_status":
      return ["acknowledge", "give_comp", ...removal];
    case "unmapped_price":
      return ["map_price", "ignore_price", "give_comp", "acknowledge"];
    case "possible_match":
      return ["confirm_link", "reject_link", "give_comp", "acknowledge"];
    case "in_sync":
    case "no_subscription":
      // A payment that Parity has not seen yet is found, and recorded, by one press.
      return [
        ...(paysTwice ? (["acknowledge"] as const) : []),
        "sync",
        ...(flags.includes("comped") ? (["end_comp"] as const) : []),
        // Free access that runs is extended by another one.
        "give_comp",
      ];
    default:
      if (revokes)
        return [
          blocked === null ? "remove_access" : "approve_removal",
          ...(flags.includes("possible_match") ? (["confirm_link", "reject_link"] as const) : []),
          "give_comp",
          "acknowledge",
        ];
      return ["sync", "acknowledge"];
  }
}

/** The steps of a case, as it is now. What was set aside needs nothing; it can be taken up again. */
export function chooseSteps(input: StepInput): CaseSteps {
  const { verdict, flags, paysTwice } = input;
  const isHeld = flags.includes("on_hold");
  const isAcknowledged = flags.includes("acknowledged");
  const own = listSteps(input).filter((step) => !(isAcknowledged && step === "acknowledge"));
  const around: StepId[] = [
    ...(isHeld ? [] : (["hold"] as const)),
    ...(flags.includes("comped") && !own.includes("end_comp") ? (["end_comp"] as const) : []),
    "check",
  ];
  const all = [
    ...(isHeld ? (["release"] as const) : []),
    ...(isAcknowledged ? (["end_acknowledgement"] as const) : []),
    ...own,
    ...around,
  ];
  const isRight = IN_SYNC_VERDICTS.has(verdict) && !paysTwice;
  const needsNothing = !isHeld && (isRight || isAcknowledged);
  const [first = null, ...others] = all;
  return needsNothing ? { next: null, others: all } : { next: first, others };
}
