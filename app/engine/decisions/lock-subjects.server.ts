import type { Tx } from "~/platform/client.server";

/** One decision about the same at a time, over all servers; in one order, so that two never wait for each other. */
export async function lockSubjects(tx: Tx, keys: readonly string[]): Promise<void> {
  for (const key of [...new Set(keys)].sort())
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`parity.decision:${key}`}, 0))::text`;
}
