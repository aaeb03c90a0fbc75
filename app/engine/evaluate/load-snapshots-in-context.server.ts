import type { Database } from "~/platform/client.server";
import { nextVersion } from "~/platform/stamps.server";
import { type EvaluationContext, loadEvaluationContext, loadOptions } from "./deps.server";
import { type LoadedSnapshot, loadSnapshots } from "./snapshots.server";

export type OnGround = { ground: EvaluationContext; snapshots: LoadedSnapshot[] };

export type OnGroundHow = {
  /** The users' addresses were read just now. */
  addressesRead?: boolean;
  /** The evaluation shall be kept: it is loaded after an order stamp. */
  keep?: boolean;
};

/** Users, and what they are evaluated by, asked for side by side: a person waits. Users who do not exist are left out. */
export async function loadSnapshotsInContext(
  db: Database,
  userIds: readonly string[],
  { addressesRead = false, keep = false }: OnGroundHow = {},
): Promise<OnGround> {
  const asked = loadEvaluationContext(db);
  const load = async () => {
    const stamp = keep ? await nextVersion(db) : null;
    const options = asked.then((ground) => ({ ...loadOptions(ground, addressesRead), stamp }));
    return loadSnapshots(db, userIds, options);
  };
  const [ground, snapshots] = await Promise.all([asked, load()]);
  return { ground, snapshots };
}
