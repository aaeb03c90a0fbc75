import { REVIEW_VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import type { Flag } from "~/billing/verdicts/flags";

// The queues of the inbox, as far as the browser needs them. The SQL of each is in `queue-conditions.server.ts`.

export const QUEUE_IDS = [
  "locked_out",
  "unpaid_access",
  "needs_decision",
  "not_linked",
  "paying_twice",
] as const;

/** What is waiting for a person, by what is wrong. A user may be in more than one. */
export type QueueId = (typeof QUEUE_IDS)[number];

type Queue = {
  label: string;
  tone: "critical" | "high" | "review";
  /** What is wrong with each one in it. */
  meaning: string;
  /** "1 user <one>", "12 users <many>" is not said here: a queue counts users, or Stripe customers. */
  counts: "users" | "customers";
  /** What the amounts are. */
  money: string;
};

export const QUEUES: Record<QueueId, Queue> = {
  locked_out: {
    label: "Locked out",
    tone: "critical",
    meaning: "They pay, and the database gives no access.",
    counts: "users",
    money: "paid without access",
  },
  unpaid_access: {
    label: "Unpaid access",
    tone: "critical",
    meaning: "The database gives access, and nothing in Stripe pays for it.",
    counts: "users",
    money: "used without payment",
  },
  needs_decision: {
    label: "Needs a decision",
    tone: "review",
    meaning: "Parity changes nothing here until a person decides.",
    counts: "users",
    money: "at prices without a plan",
  },
  not_linked: {
    label: "Not linked to anyone",
    tone: "review",
    meaning: "Stripe customers who pay, and no user is linked to them.",
    counts: "customers",
    money: "paid by unknown users",
  },
  paying_twice: {
    label: "Paying twice",
    tone: "high",
    meaning: "They have more than one subscription that is being paid.",
    counts: "users",
    money: "perhaps paid for nothing",
  },
};

/** Queues that the users list has as a filter: what each one holds is told by what is stored. */
export const LISTED_QUEUES = ["locked_out", "unpaid_access", "needs_decision"] as const;
export type ListedQueue = (typeof LISTED_QUEUES)[number];

export const isQueueId = (text: string | null): text is QueueId => QUEUE_IDS.some((id) => id === text);

/** Staff have seen these users and decided to wait: they are counted apart. */
export const SET_ASIDE_FLAGS: readonly Flag[] = ["on_hold", "acknowledged"];

type Judged = { verdict: Verdict; flags: readonly Flag[] };

/** Whether a user belongs to a queue; the same as the SQL says, for a user who was evaluated just now. */
export function isInQueue(queue: QueueId, { verdict, flags }: Judged): boolean {
  if (flags.some((flag) => SET_ASIDE_FLAGS.includes(flag))) return false;
  switch (queue) {
    case "locked_out":
    case "unpaid_access":
      return verdict === queue;
    case "needs_decision":
      return REVIEW_VERDICTS.has(verdict) || (flags.includes("not_revoked") && !hasOwnQueue(verdict));
    case "paying_twice":
      return flags.includes("several");
    case "not_linked":
      return false;
  }
}

/** Verdicts whose pending revocations are not listed once more among the decisions. */
export const VERDICTS_WITH_OWN_QUEUE: readonly Verdict[] = ["locked_out", "unpaid_access"];

const hasOwnQueue = (verdict: Verdict) => VERDICTS_WITH_OWN_QUEUE.includes(verdict);

/** The path of a queue, with one case opened beside the list. */
export function inboxPath(queue: QueueId, caseId: string | null = null): string {
  const search = new URLSearchParams({ queue, ...(caseId === null ? {} : { case: caseId }) });
  return `/?${search}`;
}
