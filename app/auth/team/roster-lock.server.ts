import type { Actor } from "~/engine/account/actor";
import type { Tx } from "~/platform/client.server";

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
export async function isStillAdmin(tx: Tx, { kind, id }: Actor): Promise<boolean> {
  if (kind !== "staff") return true;
  return (await tx.staff.count({ where: { id: id ?? "", role: "admin", removedAt: null } })) > 0;
}
