import type { Actor } from "~/engine/account/actor";
import type { Database, Tx } from "~/platform/client.server";
import { maskText } from "~/platform/mask.server";

/** What is kept of a member in the audit: no address and no name, which stay in the row of the member. */
type AuditedFields = {
  role?: string;
  removed?: boolean;
  newName?: boolean;
  newPassword?: boolean;
  secondFactor?: boolean;
  /** How many sessions the member had. */
  sessions?: number;
  /** A link was made with which the member can choose a new password. */
  passwordLink?: boolean;
  /** The id of the invitation that the member accepted. */
  joined?: string;
};

export type StaffAudit = {
  staffId: string;
  /** Null for a new member. */
  before: AuditedFields | null;
  after: AuditedFields;
  by: Actor | { kind: "single_sign_on"; id: null };
  /** What the person typed who decided it. */
  reason?: string;
};

type InvitationAudit = {
  id: string;
  before: { role: string } | null;
  after: { role?: string; withdrawn?: boolean };
  by: Actor;
};

/** Records a decision about a member of staff beside those about settings and prices, where nothing is ever changed or deleted. */
export async function recordStaffChange(
  db: Database | Tx,
  { staffId, ...change }: StaffAudit,
): Promise<void> {
  await record(db, `staff:${staffId}`, change);
}

/** The same for an invitation, which belongs to no member yet. */
export async function recordInvitation(db: Database | Tx, { id, ...change }: InvitationAudit): Promise<void> {
  await record(db, `invitation:${id}`, change);
}

async function record(
  db: Database | Tx,
  key: string,
  {
    before,
    after,
    by,
    reason,
  }: Omit<StaffAudit, "staffId"> | (Omit<InvitationAudit, "id"> & { reason?: string }),
): Promise<void> {
  await db.settingChange.create({
    data: {
      key,
      ...(before && { before }),
      after,
      actor: `${by.kind}:${by.id ?? ""}`,
      reason: maskText(reason?.trim() ?? "") || null,
    },
  });
}
