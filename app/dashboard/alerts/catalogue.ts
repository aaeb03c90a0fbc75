import { formatMoney } from "~/billing/money";
import { pluralize } from "~/billing/words/counts";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";

/** What was found that people must be told about. */
export type AlertFacts = {
  /** How many users, permissions or runs. */
  count: number;
  /** Per month, smallest units; amounts in different currencies are never added. */
  money: { perMonth: number; currency: string }[];
  /** Why, or which, as short texts; ids of users. */
  details: string[];
};

type Entry = {
  /** Of a list, in a menu. */
  label: string;
  /** A sentence that is true while the alert is open. */
  describe: (facts: AlertFacts) => string;
  /** A sentence that is true once it is over. */
  resolved: string;
  /** The page behind it. */
  path: string;
};

const has = (count: number) => (count === 1 ? "has" : "have");

const ENTRIES = {
  locked_out: {
    label: "Payer locked out",
    describe: ({ count }) => `${pluralize(count, "user")} ${has(count)} paid and cannot use the product.`,
    resolved: "No user who has paid is locked out any more.",
    path: usersPath(EMPTY_QUERY, { queue: "locked_out" }),
  },
  cron_silent: {
    label: "Scheduler silent",
    describe: ({ details }) => details[0] ?? "The scheduler does not call.",
    resolved: "The scheduler calls again.",
    path: "/health",
  },
  key_refused: {
    label: "Key or permission refused",
    describe: ({ count }) =>
      `Stripe refuses ${pluralize(count, "permission or key", "permissions or keys")}.`,
    resolved: "Stripe refuses nothing any more.",
    path: "/health",
  },
  revocation_limit: {
    label: "Revocation limit reached",
    describe: ({ count }) =>
      `The limit of automatic revocations is reached: ${pluralize(count, "user")} ${count === 1 ? "waits" : "wait"} for an admin.`,
    resolved: "No revocation waits because of the limit any more.",
    path: "/revocations",
  },
  unmapped_money: {
    label: "Payment for an unmapped price",
    describe: ({ count }) =>
      `${pluralize(count, "user")} ${count === 1 ? "pays" : "pay"} for a price that belongs to no plan.`,
    resolved: "All prices that users pay for belong to a plan or are ignored.",
    path: usersPath(EMPTY_QUERY, { verdicts: ["unmapped_price"] }),
  },
  run_failed: {
    label: "Run failed",
    describe: () => "The last run over all users failed.",
    resolved: "A run over all users finished again.",
    path: "/runs",
  },
  webhooks_refused: {
    label: "Webhooks refused",
    describe: () => "Webhook deliveries arrive and cannot be used.",
    resolved: "Webhook deliveries are used again, or no bad ones arrive.",
    path: "/health",
  },
} as const satisfies Record<string, Entry>;

export type AlertKind = keyof typeof ENTRIES;

/** One entry a kind. What makes it open is in `findings.server.ts`. */
export const ALERTS: Record<AlertKind, Entry> = ENTRIES;

export const isAlertKind = (text: string): text is AlertKind => Object.hasOwn(ENTRIES, text);

export const ALERT_KINDS: readonly AlertKind[] = Object.keys(ENTRIES).filter(isAlertKind);

/** " · $20.00 per month", one part for each currency; empty without money. */
export function formatAlertMoney({ money }: Pick<AlertFacts, "money">): string {
  return money.map(({ perMonth, currency }) => ` · ${formatMoney(perMonth, currency)} per month`).join("");
}
