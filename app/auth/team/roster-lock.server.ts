import type { Actor } from "~/engine/account/actor";
import type { Database, Tx } from "~/platform/client.server";

/** One change of the roster at a time over all processes: two admins must not remove each other at once. */
export async function lockRoster(tx: Tx): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('parity.roster'))::text`;
}

/**
 * Whether no other admin could sign in. A member who never signed in and has no password may never come. Call it under
 * `lockRoster`.
 */
export async function isLastAdmin(tx: Tx, staffId: string): Promise<boolean> {
  const others = await tx.staff.count({
    where: { id: { not: staffId }, role: "admin", removedAt: null, accounts: { some: {} } },
  });
  return others === 0;
}

/** Whether a member of staff who decides is still an admin now. Programs are. Call it under `lockRoster`. */
export async function isStillAdmin(tx: Tx | Database, { kind, id }: Actor): Promise<boolean> {
  if (kind !== "staff") return true;
  return (await tx.staff.count({ where: { id: id ?? "", role: "admin", removedAt: null } })) > 0;
}

/** Who made a link, as it is stored. */
export const toMaker = ({ kind, id }: Actor): string => `${kind}:${id ?? ""}`;

/** Whether who made a link may still make it: one of a member who is no admin any more opens nothing. */
export const isMakerStillAdmin = (tx: Tx | Database, maker: string): Promise<boolean> => {
  const [kind, id = ""] = maker.split(/:(.*)/s);
  return kind === "staff" ? isStillAdmin(tx, { kind, id }) : Promise.resolve(true);
};

/** Ends the open links that this member made or was given. For one who is removed, or is no admin any more. */
export async function withdrawLinks(tx: Tx, staffId: string): Promise<void> {
  const maker = toMaker({ kind: "staff", id: staffId });
  await tx.staffInvitation.updateMany({
    where: { acceptedAt: null, withdrawnAt: null, OR: [{ actor: maker }, { staffId }] },
    data: { withdrawnAt: new Date() },
  });
}
