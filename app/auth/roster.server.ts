import { hashPassword, verifyPassword } from "better-auth/crypto";
import { z } from "zod";
import { foldEmail } from "~/billing/email";
import type { Actor } from "~/engine/account/actor";
import { type Role, roles } from "~/engine/account/roles";
import type { Database } from "~/platform/client.server";
import { isPlainText } from "~/platform/plain-text";
import { findPasswordProblem, type PasswordProblem } from "./passwords.server";
import { recordStaffChange } from "./staff-audit.server";

export type StaffInput = {
  email: string;
  name: string;
  role: Role;
  /** Without a password, the member can sign in only with single sign-on. */
  password?: string;
};

export type StaffChange =
  | { ok: true; id: string; created: boolean }
  | { ok: false; reason: "bad_email" | "bad_name" | PasswordProblem };

export type StaffRow = {
  id: string;
  email: string;
  name: string;
  role: string;
  hasPassword: boolean;
  createdAt: Date;
};

export type Roster = {
  /**
   * Adds a member, or changes the name, role and password of the member with this address. A new password ends all sessions;
   * the same password ends none.
   */
  addStaff: (input: StaffInput) => Promise<StaffChange>;
  /** All members that may sign in, in the order in which they were added. */
  listStaff: () => Promise<StaffRow[]>;
  /**
   * Ends a member's sessions and ways to sign in; false when no member has this address. The name stays, because the audit
   * names the member's id, and single sign-on does not bring the member back; `addStaff` does.
   */
  removeStaff: (email: string) => Promise<boolean>;
  /** For a member that has lost the second factor: the password alone is enough again. False when there is none. */
  resetSecondFactor: (email: string) => Promise<boolean>;
};

const COMMAND_LINE: Actor = { kind: "command_line", id: null };
/** better-auth's name for an account with a password. */
const credential = "credential";
const credentials = { where: { providerId: credential }, select: { password: true } };
const staffInput = z.object({
  email: z.string().trim().transform(foldEmail).pipe(z.email().max(254)),
  name: z.string().trim().min(1).max(200).refine(isPlainText),
  role: z.enum(roles),
});

/**
 * The members of staff. There is no sign-up: members are added on the command line. Every change has an audit entry.
 */
export function createRoster(db: Database): Roster {
  return {
    addStaff: async ({ password, ...input }) => {
      const parsed = staffInput.safeParse(input);
      if (!parsed.success)
        return { ok: false, reason: parsed.error.issues[0]?.path[0] === "name" ? "bad_name" : "bad_email" };
      const { email, name, role } = parsed.data;
      const problem = password === undefined ? null : await findPasswordProblem(password, [name, email]);
      if (problem !== null) return { ok: false, reason: problem };
      const before = await db.staff.findUnique({ where: { email }, include: { accounts: credentials } });
      const kept = before?.accounts[0]?.password;
      const same = password !== undefined && kept != null && (await verifyPassword({ hash: kept, password }));
      const hash = password === undefined || same ? null : await hashPassword(password);
      return db.$transaction(async (tx) => {
        const { id } = await tx.staff.upsert({
          where: { email },
          create: { email, name, role },
          update: { name, role, removedAt: null },
        });
        const wasMember = before !== null && before.removedAt === null;
        const after = {
          ...(before?.role !== role || !wasMember ? { role } : {}),
          ...(before && before.name !== name && { newName: true }),
          ...(hash !== null && { newPassword: true }),
        };
        if (Object.keys(after).length > 0)
          await recordStaffChange(tx, {
            staffId: id,
            before: before && { role: before.role, ...(!wasMember && { removed: true }) },
            after,
            by: COMMAND_LINE,
          });
        if (hash !== null) {
          await tx.staffAccount.upsert({
            where: { providerId_accountId: { providerId: credential, accountId: id } },
            create: { providerId: credential, accountId: id, userId: id, password: hash },
            update: { password: hash },
          });
          await tx.staffSession.deleteMany({ where: { userId: id } });
        }
        return { ok: true, id, created: !wasMember };
      });
    },
    listStaff: async () => {
      const members = await db.staff.findMany({
        where: { removedAt: null },
        orderBy: [{ createdAt: "asc" }, { id: "asc" }],
        include: { accounts: credentials },
      });
      return members.map(({ id, email, name, role, createdAt, accounts }) => ({
        id,
        email,
        name,
        role,
        createdAt,
        hasPassword: accounts.length > 0,
      }));
    },
    removeStaff: (email) =>
      db.$transaction(async (tx) => {
        const where = { email: foldEmail(email.trim()), removedAt: null };
        const member = await tx.staff.findFirst({ where, select: { id: true, role: true } });
        if (!member) return false;
        const { id, role } = member;
        await tx.staff.update({ where: { id }, data: { removedAt: new Date(), twoFactorEnabled: false } });
        await tx.staffSession.deleteMany({ where: { userId: id } });
        await tx.staffAccount.deleteMany({ where: { userId: id } });
        await tx.staffTwoFactor.deleteMany({ where: { userId: id } });
        await recordStaffChange(tx, {
          staffId: id,
          before: { role },
          after: { removed: true },
          by: COMMAND_LINE,
        });
        return true;
      }),
    resetSecondFactor: (email) =>
      db.$transaction(async (tx) => {
        const where = { email: foldEmail(email.trim()), removedAt: null, twoFactorEnabled: true };
        const member = await tx.staff.findFirst({ where, select: { id: true } });
        if (!member) return false;
        await tx.staff.update({ where: { id: member.id }, data: { twoFactorEnabled: false } });
        await tx.staffTwoFactor.deleteMany({ where: { userId: member.id } });
        await recordStaffChange(tx, {
          staffId: member.id,
          before: { secondFactor: true },
          after: { secondFactor: false },
          by: COMMAND_LINE,
        });
        return true;
      }),
  };
}
