import type { MoneyKind, Verdict } from "~/billing/verdicts/catalogue";
import type { Severity } from "~/billing/verdicts/severity";
import type { Stake } from "~/dashboard/account-facts.server";

/** What is said about one user who differs from Stripe. */
export type AuditedUser = {
  id: string;
  email: string | null;
  verdict: Verdict;
  severity: Severity;
  customerId: string | null;
  subscriptionId: string | null;
  /** Smallest unit of the currency, per month; null where no amount is known. */
  perMonth: number | null;
  currency: string | null;
  moneyKind: MoneyKind | null;
  /** Epoch seconds; null when not known. */
  since: number | null;
  why: string;
  /** "Plan: none → army" */
  differs: string[];
  flags: string[];
};

/** A customer that pays and that no user claims. */
export type AuditedPayer = {
  customerId: string;
  email: string | null;
  subscriptionIds: string[];
  perMonth: { perMonth: number; currency: string }[];
  since: number;
  mayBe: string[];
};

export type UnmappedPrice = {
  priceId: string;
  users: number;
  perMonth: { perMonth: number; currency: string }[];
};

/** The result of an audit. With `--json` it is printed as it is; a change of its shape changes `format`. */
export type AuditReport = {
  format: 1;
  /** Epoch seconds. */
  at: number;
  source: string;
  account: string | null;
  mode: "test" | "live" | "sandbox";
  owners: number;
  /** Owners whose payment was completely read in Stripe. */
  checked: number;
  isWrong: boolean;
  isMasked: boolean;
  verdicts: { verdict: Verdict; label: string; users: number }[];
  money: { lockedOut: Stake[]; leaking: Stake[]; unmapped: Stake[]; unclaimed: Stake[] };
  users: AuditedUser[];
  payers: AuditedPayer[];
  unmappedPrices: UnmappedPrice[];
  /** What could not be checked, and why. */
  notChecked: string[];
  /** How the source was understood. */
  notes: string[];
  stripeRequests: number;
};

/** The groups of a report, the worst first. */
export const GROUPS = [
  { title: "Paid and locked out", verdicts: ["locked_out"] },
  { title: "Access without paying", verdicts: ["unpaid_access"] },
  { title: "Plans that differ", verdicts: ["plan_mismatch", "access_mismatch"] },
  { title: "Prices without a plan", verdicts: ["unmapped_price"] },
  {
    title: "A person must decide",
    verdicts: ["link_conflict", "missing_in_stripe", "unknown_status", "possible_match"],
  },
  { title: "Status and details that differ", verdicts: ["status_mismatch", "detail_mismatch"] },
  { title: "Not checked", verdicts: ["not_checked"] },
] as const satisfies readonly { title: string; verdicts: readonly Verdict[] }[];

/** The users of each group; groups without users are left out. */
export const listGroups = ({
  users,
}: Pick<AuditReport, "users">): { title: string; users: AuditedUser[] }[] =>
  GROUPS.map(({ title, verdicts }) => ({
    title,
    users: users.filter(({ verdict }) => (verdicts as readonly Verdict[]).includes(verdict)),
  })).filter(({ users: found }) => found.length > 0);

/** `a…@e…` of an address: enough to tell two apart, too little to write to. Null stays null. */
export function maskAddress(address: string | null): string | null {
  if (address === null) return null;
  const [local = "", domain] = address.split("@");
  if (domain === undefined) return `${local.slice(0, 1)}…`;
  return `${local.slice(0, 1)}…@${domain.slice(0, 1)}…`;
}
