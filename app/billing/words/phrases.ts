import type { Counting } from "~/billing/choice";
import type { Evaluation } from "~/billing/evaluation/evaluate";
import { formatPrice } from "~/billing/money";
import type { UserRecord, WorkspaceRow } from "~/billing/record";

/** `1, "soldier"` → `1 soldier`; `5` → `5 soldiers`. */
export const plural = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;

export const quoted = (status: string | null) => (status === null ? "nothing" : `"${status}"`);

export const planOf = (counting: Counting | null) => counting?.plan?.name ?? "an unknown plan";

type Price = { unitAmount: number | null; currency: string; interval: string | null; intervalCount?: number };

/** `$200/year`, `a tiered price`. */
export const priceInWords = (price: Price) =>
  price.unitAmount === null ? "a tiered price" : formatPrice(price);

/** What the item that counts costs in all, quantity included. */
export function priceOf(counting: Counting | null): string {
  const item = counting?.item;
  if (!item) return "an unknown price";
  return priceInWords({
    ...item,
    unitAmount: item.unitAmount === null ? null : item.unitAmount * item.quantity,
  });
}

/** `Pays $200/year`; someone in a trial or overdue does not. */
export function paysOf(counting: Counting | null): string {
  const status = counting?.subscription.status;
  const verb = status === "trialing" ? "Has a trial at" : status === "past_due" ? "Owes" : "Pays";
  return `${verb} ${priceOf(counting)}`;
}

/** What Stripe says about access, to stand before "but the workspace …". */
export function stripeSays({ counting, accessExpected }: Evaluation): string {
  if (counting === null) return "There is no subscription";
  return accessExpected
    ? `Stripe says ${planOf(counting)} at ${priceOf(counting)}`
    : `Stripe says ${quoted(counting.subscription.status)}, which gives no access`;
}

const changedWorkspaces = ({ expected }: Evaluation, record: UserRecord): WorkspaceRow[] => {
  const before = new Map(record.workspaces.map((workspace) => [workspace.id, workspace]));
  return expected.workspaces.filter(({ id, status, seats }) => {
    const was = before.get(id);
    return was?.status !== status || was.seats !== seats;
  });
};

/** `the workspace is locked`, `2 of 3 workspaces do not follow`. */
export function workspacesOf(evaluation: Evaluation, record: UserRecord): string {
  const [only] = record.workspaces;
  if (record.workspaces.length === 1 && only) {
    return only.status === "locked" && only.seats === 0
      ? "the workspace is locked"
      : `the workspace is ${only.status} with ${plural(only.seats, "soldier")}`;
  }
  const changed = changedWorkspaces(evaluation, record).length;
  return `${changed} of ${record.workspaces.length} workspaces ${changed === 1 ? "does" : "do"} not follow`;
}

/** `Sync will unlock the workspace with 5 soldiers.`; a revocation waits for a fresh read of Stripe. */
export function syncWill(evaluation: Evaluation, record: UserRecord): string {
  const first = evaluation.revokes ? ", once a fresh read of Stripe confirms it" : "";
  return `Sync will ${syncDoes(evaluation, record)}${first}.`;
}

function syncDoes(evaluation: Evaluation, record: UserRecord): string {
  const changed = changedWorkspaces(evaluation, record);
  const [one] = changed;
  if (!one) return syncRecords(evaluation, record);
  const which =
    changed.length > 1
      ? plural(changed.length, "workspace")
      : record.workspaces.length === 1
        ? "the workspace"
        : "one workspace";
  if (one.status !== "active") return `lock ${which}`;
  const seats = `${plural(one.seats, "soldier")}${changed.length > 1 ? " each" : ""}`;
  const wasOpen = new Set(
    record.workspaces.filter(({ status }) => status === "active").map((workspace) => workspace.id),
  );
  return changed.some(({ id }) => wasOpen.has(id))
    ? `set ${which} to ${seats}`
    : `unlock ${which} with ${seats}`;
}

function syncRecords({ expected }: Evaluation, { user }: UserRecord): string {
  const status = expected.user.subscriptionStatus;
  if (status === user.subscriptionStatus) return "correct the record";
  return status === null ? "clear the status" : `record the status ${quoted(status)}`;
}
