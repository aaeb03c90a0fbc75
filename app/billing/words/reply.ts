import { formatDay } from "~/billing/dates";
import type { EpochSeconds } from "~/billing/observation";
import { formatSeats } from "~/billing/seat-label";
import type { Verdict } from "~/billing/verdicts/catalogue";

/** What a reply to a customer is made from: how things are now, and what was corrected lately. */
export type ReplyFacts = {
  name: string | null;
  verdict: Verdict;
  /** What was wrong before the last correction; null when nothing was corrected lately. */
  corrected: Verdict | null;
  planName: string | null;
  hasAccess: boolean;
  seats: number;
  /** When the subscription ended; null while it runs. */
  endedAt: EpochSeconds | null;
  isOverdue: boolean;
  /** Nothing was paid yet, and nothing is owed. */
  isOnTrial: boolean;
};

/** A short message to the customer: what was wrong, and what is right now. No word of ours is in it, and no id. */
export function writeReply(facts: ReplyFacts): string {
  const [first] = facts.name?.trim().split(/\s+/) ?? [];
  const lines = [first ? `Hello ${first},` : "Hello,", ...writeLines(facts)];
  return lines.join("\n\n");
}

function writeLines(facts: ReplyFacts): string[] {
  const { verdict, corrected } = facts;
  if (corrected !== null && isSettled(verdict)) return [...explainCorrected(corrected, facts), CLOSING];
  return explainNow(facts);
}

const CLOSING = "If anything looks different for you, please reply to this message.";
const LATER = "We will write to you again as soon as this is done.";

const isSettled = (verdict: Verdict) => verdict === "in_sync" || verdict === "no_subscription";

const nameOrder = (facts: ReplyFacts) =>
  `${facts.isOnTrial ? "your trial of" : "your payment for"} ${describePlan(facts)}`;

const describePlan = ({ planName }: ReplyFacts) => (planName === null ? "your plan" : planName);

/** "Your workspace is open, with 5 soldiers." */
function describeAccess({ hasAccess, seats }: ReplyFacts): string {
  if (!hasAccess) return "Your workspace is closed at the moment.";
  return seats > 0 ? `Your workspace is open, with ${formatSeats(seats)}.` : "You have full access.";
}

function explainCorrected(corrected: Verdict, facts: ReplyFacts): string[] {
  const plan = describePlan(facts);
  switch (corrected) {
    case "locked_out":
      return facts.hasAccess
        ? [
            `Thank you for telling us. ${facts.isOnTrial ? `Your trial of ${plan} had begun` : `Your payment for ${plan} had reached us`}, but your account had not been opened. This is corrected now.`,
            `${describeAccess(facts)} We are sorry for the trouble.`,
          ]
        : [`We have looked at ${nameOrder(facts)}. ${describeAccess(facts)}`];
    case "plan_mismatch":
      return [
        `Your account showed the wrong plan or price. It is corrected now: you have ${plan}.`,
        describeAccess(facts),
      ];
    case "access_mismatch":
      return [`Your workspace did not match ${plan}. It is corrected now.`, describeAccess(facts)];
    case "unpaid_access":
      return [
        `${describeEnd(facts)} Your account has been updated.`,
        `${describeAccess(facts)} You can choose a plan again at any time.`,
      ];
    default:
      return [
        "Some details of your subscription were out of date on our side. They are corrected now.",
        describeAccess(facts),
      ];
  }
}

function describeEnd({ endedAt, isOverdue }: ReplyFacts): string {
  if (endedAt !== null) return `Your subscription ended on ${formatDay(endedAt)}.`;
  return isOverdue ? "Your last payment is overdue." : "Your subscription is not being paid at the moment.";
}

function explainNow(facts: ReplyFacts): string[] {
  const plan = describePlan(facts);
  switch (facts.verdict) {
    case "locked_out":
      return [
        `We can see ${nameOrder(facts)}. Your account is not open yet, and we are correcting that now.`,
        LATER,
      ];
    case "unpaid_access":
      return [
        `${describeEnd(facts)} To keep your access, please choose a plan or update your payment method.`,
      ];
    case "unmapped_price":
      return [
        `We can see ${facts.isOnTrial ? "your trial" : "your payment"}. We have to assign it to a plan by hand, and are doing so now.`,
        LATER,
      ];
    case "possible_match":
      return [
        "We have found a payment that may be yours. To be sure, please send us the email address and the number that are on your receipt.",
      ];
    case "link_conflict":
      return [
        "We have found your payment, but it is connected with more than one account. Please tell us which accounts you use, and which of them you paid for.",
      ];
    case "missing_in_stripe":
    case "unknown_status":
    case "not_checked":
      return [
        "We are checking your subscription with our payment provider. Nothing changes for you meanwhile.",
        LATER,
      ];
    case "no_subscription":
      return [
        "We cannot find a payment for this account. If you paid with another email address, please send us that address or the number of your receipt.",
      ];
    case "in_sync":
      if (facts.hasAccess && facts.isOverdue)
        return [
          `${describeAccess(facts)} Your last payment is overdue. To keep your access, please update your payment method.`,
        ];
      return facts.hasAccess
        ? [
            `Your subscription to ${plan} is fine. ${describeAccess(facts)}`,
            "If it looks closed to you, please reload the page or sign in again.",
          ]
        : [`${describeEnd(facts)} ${describeAccess(facts)} You can choose a plan again at any time.`];
    case "plan_mismatch":
    case "access_mismatch":
      return [`Your account does not match ${plan} yet. We are correcting that now.`, LATER];
    case "status_mismatch":
    case "detail_mismatch":
      return [
        `${describeAccess(facts)} Some details of your subscription are out of date on our side, and we are correcting them now.`,
      ];
  }
}
