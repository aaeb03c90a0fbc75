import { hashPassword, verifyPassword } from "better-auth/crypto";
import { z } from "zod";
import { foldEmail } from "~/billing/email";
import type { Actor } from "~/engine/account/actor";
import { type Role, roles } from "~/engine/account/roles";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { findPasswordProblem, type PasswordProblem } from "./passwords.server";
import { recordStaffChange } from "./staff-audit.server";
import { credential, savePassword, staffEmail, staffName } from "./staff-fields.server";
import { createInvitations, type Invitations } from "./team/invitations.server";
import { createMembers, type Members } from "./team/members.server";
import { reportTeam } from "./team/report-team.server";
import { isLastAdmin, lockRoster } from "./team/roster-lock.server";
import { listTeam, type Team } from "./team/team-list.server";

export type StaffInput = {
  email: string;
  name: string;
  role: Role;
  /** Without a password, the member can sign in only with single sign-on. */
  password?: string;
};

export type StaffChange =
  | { ok: true; id: string; created: boolean }
  | { ok: false; reason: "bad_email" | "bad_name" | "last_admin" | PasswordProblem };

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
  /** The id of the member with this address; null when there is none. */
  findMember: (email: string) => Promise<string | null>;
  listTeam: () => Promise<Team>;
  members: Members;
  invitations: Invitations;
};

const COMMAND_LINE: Actor = { kind: "command_line", id: null };
const credentials = { where: { providerId: credential }, select: { password: true } };
const staffInput = z.object({ email: staffEmail, name: staffName, role: z.enum(roles) });

/**
 * The members of staff. There is no sign-up: members are invited, or added on the command line. Every change has an audit entry.
 */
export function createRoster(db: Database, log: Log): Roster {
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
        await lockRoster(tx);
        const present = await tx.staff.findFirst({ where: { email, role: "admin", removedAt: null } });
        if (present && role !== "admin" && (await isLastAdmin(tx, present.id)))
          return { ok: false, reason: "last_admin" };
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
        if (hash !== null) await savePassword(tx, id, hash);
        log.info(
          {
            change: wasMember ? "set" : "added",
            staffId: id,
            role,
            newPassword: hash !== null,
            by: "command_line",
          },
          "staff changed",
        );
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
    findMember: async (email) => {
      const where = { email: foldEmail(email.trim()), removedAt: null };
      return (await db.staff.findFirst({ where, select: { id: true } }))?.id ?? null;
    },
    listTeam: () => listTeam(db),
    ...reportTeam({ members: createMembers(db), invitations: createInvitations(db) }, log),
  };
}
