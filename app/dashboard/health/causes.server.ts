import { listRefusals } from "~/engine/account/stripe-refusals.server";
import type { Database } from "~/platform/client.server";
import { loadFreshness } from "../freshness.server";
import type { UsersList } from "../users-list/users-list.server";
import { EMPTY_QUERY } from "../users-list/users-query";
import { CAUSE_CATALOGUE, CAUSES, type Cause } from "./causes";

/** How many users a cause has; null where it is not known, and `unknown` says why. */
export type CauseCount = { cause: Cause; users: number | null; unknown: string | null };

type CauseDeps = { db: Database; users: Pick<UsersList, "countCached">; takesWebhooks: boolean };

/** Counts what the users table lists for each cause. Nothing is called 0 that could not be found out. */
export async function countCauses({ db, users, takesWebhooks }: CauseDeps): Promise<CauseCount[]> {
  const [{ observedAt }, refusals] = await Promise.all([loadFreshness(db), listRefusals(db)]);
  const isRefused = refusals.some(({ subject }) => subject === "events");
  const lacking: Record<"full_read" | "webhooks" | "events", string | null> = {
    full_read: observedAt === null ? "Stripe has not been read completely yet." : null,
    webhooks: takesWebhooks ? null : "Webhooks are not set up.",
    events: isRefused ? "The key may not read events." : null,
  };
  return Promise.all(
    CAUSES.map(async (cause): Promise<CauseCount> => {
      const missing = CAUSE_CATALOGUE[cause].needs.map((need) => lacking[need]).find((why) => why !== null);
      if (missing) return { cause, users: null, unknown: missing };
      const counted = await users.countCached({ ...EMPTY_QUERY, causes: [cause] });
      return { cause, users: counted, unknown: counted === null ? "Counting took too long." : null };
    }),
  );
}
