import type { Actor } from "~/engine/account/actor";
import type { Role } from "~/engine/account/roles";
import type { Database, Tx } from "~/platform/client.server";
import { recordStaffChange, type StaffAudit } from "../staff-audit.server";
import { isLastAdmin, isStillAdmin, lockRoster, withdrawLinks } from "./roster-lock.server";

export type TeamRefusal = "no_such_member" | "last_admin" | "not_admin" | "no_second_factor" | "unchanged";
export type TeamAnswer = { ok: true; name: string } | { ok: false; reason: TeamRefusal };

/** What became of it, for the person who asked. */
export const TEAM_REFUSALS: Record<TeamRefusal, string> = {
  no_such_member: "There is no such member any more.",
  last_admin: "This is the last admin who can sign in. Make another member an admin first.",
  not_admin: "You are no longer an admin. Nothing was changed.",
  no_second_factor: "This member has no second factor.",
  unchanged: "This member has that role already.",
};

/** A decision about one member. `reason`: what the person typed who decided it. */
type Decision = { staffId: string; reason?: string };

/** What an admin, or the command line, decides about a member. Every change has an audit entry. */
export type Members = {
  /** Applies from the member's next request on; password and sessions stay. */
  changeRole: (decision: Decision & { role: Role }, by: Actor) => Promise<TeamAnswer>;
  /**
   * Ends a member's sessions and ways to sign in. The name stays, because the audit names the member's id, and single
   * sign-on does not bring the member back; a new invitation does.
   */
  removeMember: (decision: Decision, by: Actor) => Promise<TeamAnswer>;
  /** Signs the member out in every browser. */
  endSessions: (decision: Decision, by: Actor) => Promise<TeamAnswer>;
  /** For a member that has lost the second factor: the password alone is enough again. */
  removeSecondFactor: (decision: Decision, by: Actor) => Promise<TeamAnswer>;
};

type Member = { id: string; name: string; role: string; twoFactorEnabled: boolean };
type Change = Pick<StaffAudit, "before" | "after">;

export function createMembers(db: Database): Members {
  /** Makes a change and its audit entry in one transaction, one at a time over all processes. */
  const decide = (
    { staffId, reason }: Decision,
    by: Actor,
    make: (tx: Tx, member: Member) => Promise<Change | TeamRefusal>,
  ): Promise<TeamAnswer> =>
    db.$transaction(async (tx) => {
      await lockRoster(tx);
      if (!(await isStillAdmin(tx, by))) return { ok: false, reason: "not_admin" };
      const member = await tx.staff.findFirst({ where: { id: staffId, removedAt: null } });
      if (!member) return { ok: false, reason: "no_such_member" };
      const change = await make(tx, member);
      if (typeof change === "string") return { ok: false, reason: change };
      await recordStaffChange(tx, { staffId, ...change, by, reason });
      return { ok: true, name: member.name };
    });

  return {
    changeRole: ({ role, ...decision }, by) =>
      decide(decision, by, async (tx, member) => {
        if (member.role === role) return "unchanged";
        if (member.role === "admin" && (await isLastAdmin(tx, member.id))) return "last_admin";
        await tx.staff.update({ where: { id: member.id }, data: { role } });
        if (member.role === "admin") await withdrawLinks(tx, member.id);
        return { before: { role: member.role }, after: { role } };
      }),
    removeMember: (decision, by) =>
      decide(decision, by, async (tx, { id, role }) => {
        if (role === "admin" && (await isLastAdmin(tx, id))) return "last_admin";
        await tx.staff.update({ where: { id }, data: { removedAt: new Date(), twoFactorEnabled: false } });
        await tx.staffSession.deleteMany({ where: { userId: id } });
        await tx.staffAccount.deleteMany({ where: { userId: id } });
        await tx.staffTwoFactor.deleteMany({ where: { userId: id } });
        await withdrawLinks(tx, id);
        return { before: { role }, after: { removed: true } };
      }),
    endSessions: (decision, by) =>
      decide(decision, by, async (tx, { id }) => {
        const { count } = await tx.staffSession.deleteMany({ where: { userId: id } });
        return { before: { sessions: count }, after: { sessions: 0 } };
      }),
    removeSecondFactor: (decision, by) =>
      decide(decision, by, async (tx, { id, twoFactorEnabled }) => {
        if (!twoFactorEnabled) return "no_second_factor";
        await tx.staff.update({ where: { id }, data: { twoFactorEnabled: false } });
        await tx.staffTwoFactor.deleteMany({ where: { userId: id } });
        return { before: { secondFactor: true }, after: { secondFactor: false } };
      }),
  };
}
