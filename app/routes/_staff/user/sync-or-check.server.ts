import { z } from "zod";
import type { SyncResult } from "~/dashboard/sync-result.server";
import type { Parity } from "~/facade/parity.server";

/** `sync` reads Stripe and repairs, and never takes access: that is a decision. `preview` reads Stripe and changes nothing. */
export const syncForm = z.object({ intent: z.enum(["sync", "preview"]) });

type Asked = { userId: string; form: z.output<typeof syncForm>; staffId: string; signal: AbortSignal };

/** What staff ask for one user, on its page and in lists. Null when there is no such user. */
export function syncOrCheck(
  parity: Pick<Parity, "syncUser" | "checkUser">,
  { userId, form: { intent }, staffId, signal }: Asked,
): Promise<SyncResult | null> {
  const asked = { userId, actor: { kind: "staff" as const, id: staffId }, signal };
  if (intent === "preview") return parity.checkUser(asked);
  return parity.syncUser({ ...asked, grantOnly: true });
}
