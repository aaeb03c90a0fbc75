import type { Tx } from "./client.server";

export async function markDrifted(tx: Tx): Promise<void> {
  await tx.$executeRaw`INSERT INTO "ToJudge" ("userId") SELECT id FROM "User" ON CONFLICT DO NOTHING`;
}
export async function markDue(_tx: Tx, _at: { now: number }): Promise<void> {}
