import type { BillingRow, BillingState, UserBilling, WorkspaceRow } from "./record";

export type FieldSeverity = "high" | "medium" | "low";

/** One field in which record and expected record differ. `workspaceId` only for a workspace's fields. */
export type Mismatch = {
  field: MismatchField;
  workspaceId: string | null;
  recorded: string | number | boolean | null;
  expected: string | number | boolean | null;
  severity: FieldSeverity;
};

export type MismatchField =
  | `user.${keyof UserBilling}`
  | `billing.${keyof BillingRow}`
  | "workspace.status"
  | "workspace.soldiers";

const USER_FIELDS: Record<keyof UserBilling, FieldSeverity> = {
  stripeCustomerId: "low",
  plan: "high",
  subscriptionStatus: "medium",
  currentPeriodEnd: "low",
  cancelAtPeriodEnd: "medium",
};

const BILLING_FIELDS: Record<keyof BillingRow, FieldSeverity> = {
  stripeSubscriptionId: "low",
  stripePriceId: "high",
  status: "medium",
  plan: "high",
  amount: "high",
  currency: "high",
  interval: "high",
  currentPeriodStart: "low",
  currentPeriodEnd: "low",
  cancelAtPeriodEnd: "medium",
};

const userFields = Object.keys(USER_FIELDS) as (keyof UserBilling)[];
const billingFields = Object.keys(BILLING_FIELDS) as (keyof BillingRow)[];
const billingId: readonly (keyof BillingRow)[] = ["stripeSubscriptionId"];

/** Compares field by field; dates are whole seconds already. Empty when nothing differs. */
export function mismatchesBetween(recorded: BillingState, expected: BillingState): Mismatch[] {
  const found: Mismatch[] = [];
  for (const field of userFields)
    if (recorded.user[field] !== expected.user[field])
      found.push({
        field: `user.${field}`,
        workspaceId: null,
        recorded: recorded.user[field],
        expected: expected.user[field],
        severity: USER_FIELDS[field],
      });
  // A row that is missing altogether is one difference: its id. The rest of it is new, not different.
  const fields = recorded.billing && expected.billing ? billingFields : billingId;
  for (const field of fields) {
    const was = recorded.billing?.[field] ?? null;
    const should = expected.billing?.[field] ?? null;
    if (was !== should)
      found.push({
        field: `billing.${field}`,
        workspaceId: null,
        recorded: was,
        expected: should,
        severity: BILLING_FIELDS[field],
      });
  }
  for (const workspace of recorded.workspaces) {
    const should = sameWorkspace(expected, workspace);
    const common = { workspaceId: workspace.id, severity: "high" as const };
    if (workspace.status !== should.status)
      found.push({
        field: "workspace.status",
        recorded: workspace.status,
        expected: should.status,
        ...common,
      });
    if (workspace.seats !== should.seats)
      found.push({
        field: "workspace.soldiers",
        recorded: workspace.seats,
        expected: should.seats,
        ...common,
      });
  }
  return found;
}

/** The same workspace in another state; itself when that does not speak of it. */
export function sameWorkspace({ workspaces }: BillingState, workspace: WorkspaceRow): WorkspaceRow {
  return workspaces.find(({ id }) => id === workspace.id) ?? workspace;
}

const PLAN_FIELDS = new Set<MismatchField>([
  "user.plan",
  "billing.plan",
  "billing.stripePriceId",
  "billing.amount",
  "billing.currency",
  "billing.interval",
]);
const STATUS_FIELDS = new Set<MismatchField>([
  "user.subscriptionStatus",
  "user.cancelAtPeriodEnd",
  "billing.status",
  "billing.cancelAtPeriodEnd",
]);

export const isPlanMismatch = ({ field }: Mismatch) => PLAN_FIELDS.has(field);
export const isStatusMismatch = ({ field }: Mismatch) => STATUS_FIELDS.has(field);
export const isWorkspaceMismatch = ({ field }: Mismatch) => field.startsWith("workspace.");

/** A canonical text of a set of mismatches: equal exactly when the same change is intended on the same record. */
export function fingerprintOf(mismatches: readonly Mismatch[]): string {
  const lines = mismatches.map(({ field, workspaceId, recorded, expected }) =>
    JSON.stringify([field, workspaceId, recorded, expected]),
  );
  return `[${lines.sort().join(",")}]`;
}
