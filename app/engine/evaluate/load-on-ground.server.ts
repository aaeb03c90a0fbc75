import type { Database } from "~/platform/client.server";
import { type LoadedSituation, loadSituations } from "./situations.server";
import { nextStamp } from "~/platform/stamps.server";
import { type Ground, loadGround, loadOptions } from "./parts.server";

export type OnGround = { ground: Ground; situations: LoadedSituation[] };

export type OnGroundHow = {
  /** The users' addresses were read just now. */
  addressesRead?: boolean;
  /** The judgement shall be kept: it is loaded after an order stamp. */
  keep?: boolean;
};

/** Users, and what they are judged by, asked for side by side: a person waits. Users who do not exist are left out. */
export async function loadOnGround(
  db: Database,
  userIds: readonly string[],
  { addressesRead = false, keep = false }: OnGroundHow = {},
): Promise<OnGround> {
  const asked = loadGround(db);
  const load = async () => {
    const stamp = keep ? await nextStamp(db) : null;
    const options = asked.then((ground) => ({ ...loadOptions(ground, addressesRead), stamp }));
    return loadSituations(db, userIds, options);
  };
  const [ground, situations] = await Promise.all([asked, load()]);
  return { ground, situations };
}
