import { hashPassword, verifyPassword } from "better-auth/crypto";
import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { type Role, roles } from "./roles";
import { minimumPasswordLength } from "./staff-options.server";

export type StaffInput = {
  email: string;
  name: string;
  role: Role;
  /** Without a password, the member can sign in only with single sign-on. */
  password?: string;
};

export type StaffChange =
  | { ok: true; id: string; created: boolean }
  | { ok: false; reason: "bad_email" | "bad_name" | "password_too_short" };

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
  /** All members, in the order in which they were added. */
  listStaff: () => Promise<StaffRow[]>;
  /** Removes a member and all its sessions; false when no member has this address. */
  removeStaff: (email: string) => Promise<boolean>;
};

/** better-auth's name for an account with a password. */
const credential = "credential";
const credentials = { where: { providerId: credential }, select: { password: true } };
const staffInput = z.object({
  email: z.string().trim().toLowerCase().max(254).pipe(z.email()),
  name: z.string().trim().min(1).max(200),
  role: z.enum(roles),
});

/** The members of staff. There is no sign-up: members are added on the command line. */
export function createRoster(db: Database): Roster {
  return {
    addStaff: async ({ password, ...input }) => {
      const parsed = staffInput.safeParse(input);
      if (!parsed.success)
        return { ok: false, reason: parsed.error.issues[0]?.path[0] === "name" ? "bad_name" : "bad_email" };
      if (password !== undefined && password.length < minimumPasswordLength)
        return { ok: false, reason: "password_too_short" };
      const { email, name, role } = parsed.data;
      const before = await db.staff.findUnique({ where: { email }, include: { accounts: credentials } });
      const kept = before?.accounts[0]?.password;
      const same = password !== undefined && kept != null && (await verifyPassword({ hash: kept, password }));
      const hash = password === undefined || same ? null : await hashPassword(password);
      return db.$transaction(async (tx) => {
        const { id } = await tx.staff.upsert({
          where: { email },
          create: { email, name, role },
          update: { name, role },
        });
        if (hash !== null) {
          await tx.staffAccount.upsert({
            where: { providerId_accountId: { providerId: credential, accountId: id } },
            create: { providerId: credential, accountId: id, userId: id, password: hash },
            update: { password: hash },
          });
          await tx.staffSession.deleteMany({ where: { userId: id } });
        }
        return { ok: true, id, created: before === null };
      });
    },
    listStaff: async () => {
      const members = await db.staff.findMany({
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
    removeStaff: async (email) => {
      const { count } = await db.staff.deleteMany({ where: { email: email.trim().toLowerCase() } });
      return count > 0;
    },
  };
}
