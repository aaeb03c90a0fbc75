import {
  FIELDS,
  type Field,
  type FieldId,
  type FieldSeverity,
  type FieldValue,
  type ListedField,
  listFields,
  type RecordFields,
  SEVERITY_BY_GROUP,
} from "./fields";
import { type AnyRow, type BillingState, emptyValue, type WorkspaceRow } from "./record";

/** One field in which record and expected record differ. `workspaceId` only for a workspace's fields. */
export type Mismatch = {
  field: FieldId;
  workspaceId: string | null;
  recorded: FieldValue;
  expected: FieldValue;
  severity: FieldSeverity;
};

/** Compares field by field, dates at whole seconds. Empty when nothing differs. */
export function findMismatches(
  recorded: BillingState,
  expected: BillingState,
  fields: RecordFields = FIELDS,
): Mismatch[] {
  const found: Mismatch[] = [];
  const compare = (
    { id, name, field }: ListedField,
    was: AnyRow,
    should: AnyRow,
    workspaceId: string | null,
  ) => {
    const before = was[name] ?? emptyValue(field);
    const after = should[name] ?? emptyValue(field);
    if (isSameValue(field, before, after)) return;
    const severity = SEVERITY_BY_GROUP[field.group];
    found.push({ field: id, workspaceId, recorded: before, expected: after, severity });
  };
  for (const listed of listFields("user", fields)) compare(listed, recorded.user, expected.user, null);
  const { billing } = recorded;
  if (billing && expected.billing)
    for (const listed of listFields("billing", fields)) compare(listed, billing, expected.billing, null);
  else found.push(...findMissingRow(recorded, expected, fields));
  for (const workspace of recorded.workspaces) {
    const should = findWorkspace(expected, workspace);
    for (const listed of listFields("workspace", fields)) compare(listed, workspace, should, workspace.id);
  }
  return found;
}

const isSameValue = ({ type }: Field, a: FieldValue, b: FieldValue): boolean =>
  a === b ||
  (type === "time" && typeof a === "number" && typeof b === "number" && Math.floor(a) === Math.floor(b));

/** A billing row that is missing altogether is one mismatch: its id. The rest of it is new, not different. */
function findMissingRow(recorded: BillingState, expected: BillingState, fields: RecordFields): Mismatch[] {
  const was = recorded.billing?.stripeSubscriptionId ?? null;
  const should = expected.billing?.stripeSubscriptionId ?? null;
  const field = fields.billing.stripeSubscriptionId;
  if (was === should || !field) return [];
  const severity = SEVERITY_BY_GROUP[field.group];
  const id = "billing.stripeSubscriptionId";
  return [{ field: id, workspaceId: null, recorded: was, expected: should, severity }];
}

/** The same workspace in another state; itself when that does not speak of it. */
export function findWorkspace({ workspaces }: BillingState, workspace: WorkspaceRow): WorkspaceRow {
  return workspaces.find(({ id }) => id === workspace.id) ?? workspace;
}

export const isWorkspaceMismatch = ({ field }: Mismatch) => field.startsWith("workspace.");
// By the severity, which also a field has that only this application records.
export const isPlanMismatch = (mismatch: Mismatch) =>
  mismatch.severity === SEVERITY_BY_GROUP.plan && !isWorkspaceMismatch(mismatch);
export const isStatusMismatch = ({ severity }: Mismatch) => severity === SEVERITY_BY_GROUP.status;

/** A canonical text of a set of mismatches: equal exactly when the same change is intended on the same record. */
export function fingerprintMismatches(mismatches: readonly Mismatch[]): string {
  const lines = mismatches.map(({ field, workspaceId, recorded, expected }) =>
    JSON.stringify([field, workspaceId, recorded, expected]),
  );
  return `[${lines.sort().join(",")}]`;
}
