import type { EpochSeconds } from "~/billing/observation";
import type { Database } from "~/platform/client.server";
import { credential } from "../staff-fields.server";

/** A member as colleagues see it. Times in epoch seconds. */
export type TeamMember = {
  id: string;
  name: string;
  email: string;
  role: string;
  /** To within a few minutes; null for one who never signed in. */
  lastSeenAt: EpochSeconds | null;
  addedAt: EpochSeconds;
  sessions: number;
  hasPassword: boolean;
  hasSingleSignOn: boolean;
  hasSecondFactor: boolean;
};

export type FormerMember = Pick<TeamMember, "id" | "name" | "email" | "role"> & { removedAt: EpochSeconds };

export type OpenInvitationRow = {
  id: string;
  email: string;
  role: string;
  /** The link is for a new password, and not to join. */
  isReset: boolean;
  by: string;
  expiresAt: EpochSeconds;
};

export type Team = { members: TeamMember[]; former: FormerMember[]; invitations: OpenInvitationRow[] };

const toSeconds = (time: Date) => Math.floor(time.getTime() / 1000);
const FORMER_SHOWN = 50;

/** All who may sign in, the links that are open, and who was removed lately. */
export async function listTeam(db: Database): Promise<Team> {
  const now = new Date();
  const [members, former, invitations] = await Promise.all([
    db.staff.findMany({
      where: { removedAt: null },
      orderBy: [{ name: "asc" }, { id: "asc" }],
      include: {
        accounts: { select: { providerId: true } },
        _count: { select: { sessions: { where: { expiresAt: { gt: now } } } } },
      },
    }),
    db.staff.findMany({
      where: { removedAt: { not: null } },
      orderBy: { removedAt: "desc" },
      take: FORMER_SHOWN,
    }),
    db.staffInvitation.findMany({
      where: { acceptedAt: null, withdrawnAt: null, expiresAt: { gt: now } },
      orderBy: [{ createdAt: "desc" }, { id: "asc" }],
    }),
  ]);
  const names = new Map([...members, ...former].map(({ id, name }) => [`staff:${id}`, name]));
  return {
    members: members.map(({ accounts, _count, ...member }) => ({
      ...pickMember(member),
      lastSeenAt: member.lastSeenAt && toSeconds(member.lastSeenAt),
      addedAt: toSeconds(member.createdAt),
      sessions: _count.sessions,
      hasPassword: accounts.some(({ providerId }) => providerId === credential),
      hasSingleSignOn: accounts.some(({ providerId }) => providerId !== credential),
      hasSecondFactor: member.twoFactorEnabled,
    })),
    former: former.flatMap((member) =>
      member.removedAt ? [{ ...pickMember(member), removedAt: toSeconds(member.removedAt) }] : [],
    ),
    invitations: invitations.map(({ id, email, role, staffId, actor, expiresAt }) => ({
      id,
      email,
      role,
      isReset: staffId !== null,
      by: names.get(actor) ?? "the command line",
      expiresAt: toSeconds(expiresAt),
    })),
  };
}

function pickMember({ id, name, email, role }: { id: string; name: string; email: string; role: string }) {
  return { id, name, email, role };
}
