import { createHash, randomBytes } from "node:crypto";
import { hashPassword } from "better-auth/crypto";
import { z } from "zod";
import { foldEmail } from "~/billing/email";
import type { Actor } from "~/engine/account/actor";
import { type Role, roles } from "~/engine/account/roles";
import type { Database, Tx } from "~/platform/client.server";
import { findPasswordProblem, type PasswordProblem } from "../passwords.server";
import { recordInvitation, recordStaffChange } from "../staff-audit.server";
import { savePassword, staffEmail, staffName } from "../staff-fields.server";
import { isMakerStillAdmin, isStillAdmin, lockRoster, toMaker } from "./roster-lock.server";

/** How long a link works. */
export const INVITATION_HOURS = 72;

type InviteRefusal = "bad_email" | "already_member" | "no_such_member" | "not_admin";
/** `replaces`: an earlier link for the same person was open, and works no more. */
export type Invited =
  | { ok: true; token: string; expiresAt: Date; replaces: boolean }
  | { ok: false; reason: InviteRefusal };

export const INVITE_REFUSALS: Record<InviteRefusal, string> = {
  bad_email: "The email address is not valid.",
  already_member: "This person is a member already. Change the role in the list instead.",
  no_such_member: "There is no such member any more.",
  not_admin: "You are no longer an admin. Nothing was changed.",
};

/** What a link is for. `isReset`: a member chooses a new password. */
export type OpenInvitation = { email: string; role: Role; name: string; isReset: boolean; expiresAt: Date };

export type Accepted =
  | { ok: true; email: string; staffId: string }
  /** Nothing was used up: the person may try again. */
  | { ok: false; reason: "bad_name" | PasswordProblem }
  | { ok: false; reason: "not_valid" };

/** The address of the page that a link opens. In the query, because paths are logged. */
export const buildInvitationUrl = (appUrl: string, token: string) =>
  `${appUrl}/invitation?${new URLSearchParams({ token })}`;

/** Links that let a person join, or a member choose a new password. Each works once, for 72 hours; a newer one ends the older. */
export type Invitations = {
  /** The token of the link is only in the answer; the database has its hash. */
  invite: (input: { email: string; role: Role }, by: Actor) => Promise<Invited>;
  /** For a member who has forgotten the password. The second factor stays. */
  offerNewPassword: (input: { staffId: string }, by: Actor) => Promise<Invited>;
  /** False when it is not open any more. */
  withdraw: (id: string, by: Actor) => Promise<boolean>;
  /** Null when the link is unknown, used, withdrawn or too old: which of these is not told. */
  findOpen: (token: string) => Promise<OpenInvitation | null>;
  accept: (input: { token: string; name: string; password: string }) => Promise<Accepted>;
};

const HOUR_MS = 3_600_000;
const hashToken = (token: string) => createHash("sha256").update(token).digest("hex");
const role = z.enum(roles);

export function createInvitations(db: Database): Invitations {
  const selectOpen = () => ({ acceptedAt: null, withdrawnAt: null, expiresAt: { gt: new Date() } });
  const create = async (
    tx: Tx,
    invitation: { email: string; role: string; staffId: string | null },
    by: Actor,
  ): Promise<Invited> => {
    const token = randomBytes(32).toString("base64url");
    const expiresAt = new Date(Date.now() + INVITATION_HOURS * HOUR_MS);
    const { email } = invitation;
    const { count: replaced } = await tx.staffInvitation.updateMany({
      where: { email, ...selectOpen() },
      data: { withdrawnAt: new Date() },
    });
    const { id } = await tx.staffInvitation.create({
      data: { ...invitation, tokenHash: hashToken(token), expiresAt, actor: toMaker(by) },
    });
    if (invitation.staffId === null)
      await recordInvitation(tx, { id, before: null, after: { role: invitation.role }, by });
    else
      await recordStaffChange(tx, {
        staffId: invitation.staffId,
        before: null,
        after: { passwordLink: true },
        by,
      });
    return { ok: true, token, expiresAt, replaces: replaced > 0 };
  };
  const findOpen: Invitations["findOpen"] = async (token) => {
    const found = await db.staffInvitation.findFirst({
      where: { tokenHash: hashToken(token), ...selectOpen() },
    });
    if (!found) return null;
    const member = await db.staff.findUnique({ where: { email: found.email } });
    const isMember = member !== null && member.removedAt === null;
    const isReset = found.staffId !== null;
    // The member was removed, or has been added otherwise meanwhile.
    if (isReset !== isMember || !(await isMakerStillAdmin(db, found.actor))) return null;
    const { email, expiresAt } = found;
    return { email, role: role.parse(found.role), name: member?.name ?? "", isReset, expiresAt };
  };

  return {
    findOpen,
    invite: async (input, by) => {
      const email = staffEmail.safeParse(input.email);
      if (!email.success) return { ok: false, reason: "bad_email" };
      return db.$transaction(async (tx) => {
        await lockRoster(tx);
        if (!(await isStillAdmin(tx, by))) return { ok: false, reason: "not_admin" };
        const members = await tx.staff.count({ where: { email: email.data, removedAt: null } });
        if (members > 0) return { ok: false, reason: "already_member" };
        return create(tx, { email: email.data, role: role.parse(input.role), staffId: null }, by);
      });
    },
    offerNewPassword: ({ staffId }, by) =>
      db.$transaction(async (tx) => {
        await lockRoster(tx);
        if (!(await isStillAdmin(tx, by))) return { ok: false, reason: "not_admin" };
        const member = await tx.staff.findFirst({ where: { id: staffId, removedAt: null } });
        if (!member) return { ok: false, reason: "no_such_member" };
        return create(tx, { email: member.email, role: member.role, staffId }, by);
      }),
    withdraw: (id, by) =>
      db.$transaction(async (tx) => {
        await lockRoster(tx);
        if (!(await isStillAdmin(tx, by))) return false;
        const where = { id, ...selectOpen() };
        const { count } = await tx.staffInvitation.updateMany({ where, data: { withdrawnAt: new Date() } });
        if (count > 0) await recordInvitation(tx, { id, before: null, after: { withdrawn: true }, by });
        return count > 0;
      }),
    accept: async ({ token, ...input }) => {
      // Before the password is looked at: what an outsider guesses costs nothing.
      const open = await findOpen(token);
      if (!open) return { ok: false, reason: "not_valid" };
      const name = staffName.safeParse(open.isReset ? open.name : input.name);
      if (!name.success) return { ok: false, reason: "bad_name" };
      const problem = await findPasswordProblem(input.password, [name.data, open.email]);
      if (problem !== null) return { ok: false, reason: problem };
      const hash = await hashPassword(input.password);
      return db.$transaction(async (tx) => {
        await lockRoster(tx);
        const where = { tokenHash: hashToken(token), ...selectOpen() };
        const invitation = await tx.staffInvitation.findFirst({ where });
        const member = await tx.staff.findUnique({ where: { email: open.email } });
        const isMember = member !== null && member.removedAt === null;
        if (!invitation || (invitation.staffId !== null) !== isMember)
          return { ok: false, reason: "not_valid" };
        if (!(await isMakerStillAdmin(tx, invitation.actor))) return { ok: false, reason: "not_valid" };
        await tx.staffInvitation.update({ where: { id: invitation.id }, data: { acceptedAt: new Date() } });
        const staffId = await join(tx, { name: name.data, hash, invitation });
        return { ok: true, email: open.email, staffId };
      });
    },
  };
}

type Joining = {
  name: string;
  hash: string;
  invitation: { id: string; email: string; role: string; staffId: string | null };
};

/** Adds the member with the role of the invitation, or gives the present one another password; ends all sessions. Whose id it is. */
async function join(tx: Tx, { name, hash, invitation }: Joining): Promise<string> {
  const { email, role, staffId: resetOf } = invitation;
  const before = await tx.staff.findUnique({ where: { email: foldEmail(email) } });
  const staffId =
    resetOf ??
    (
      await tx.staff.upsert({
        where: { email },
        create: { email, name, role },
        update: { name, role, removedAt: null },
      })
    ).id;
  const by = { kind: "staff", id: staffId } as const;
  await recordStaffChange(
    tx,
    resetOf === null
      ? {
          staffId,
          before: before && { role: before.role, removed: true },
          after: { role, joined: invitation.id },
          by,
        }
      : { staffId, before: null, after: { newPassword: true }, by },
  );
  await savePassword(tx, staffId, hash);
  return staffId;
}
