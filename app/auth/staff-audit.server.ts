import type { Actor } from "~/engine/account/actor";
import type { Database, Tx } from "~/platform/client.server";

/** What is kept of a member in the audit: no address and no name, which stay in the row of the member. */
type AuditedFields = {
  role?: string;
  removed?: boolean;
  newName?: boolean;
  newPassword?: boolean;
  secondFactor?: boolean;
};

export type StaffAudit = {
  staffId: string;
  /** Null for a new member. */
  before: AuditedFields | null;
  after: AuditedFields;
  by: Actor | { kind: "single_sign_on"; id: null };
};

/** Records a decision about a member of staff beside those about settings and prices, where nothing is ever changed or deleted. */
export async function recordStaffChange(
  db: Database | Tx,
  { staffId, before, after, by }: StaffAudit,
): Promise<void> {
  const actor = `${by.kind}:${by.id ?? ""}`;
  await db.settingChange.create({
    data: { key: `staff:${staffId}`, ...(before && { before }), after, actor },
  });
}
