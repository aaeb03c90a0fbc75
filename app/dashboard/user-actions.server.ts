import type { Taken } from "~/billing/evaluation/taken";
import { TAKEN_WORDS } from "~/billing/words/taken-words";
import type { Actor } from "~/engine/account/actor";
import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { findUserIds } from "~/engine/evaluate/users.server";
import { enqueueRechecks } from "~/engine/observe/recheck-queue.server";
import { syncUser } from "~/engine/sync/sync-user.server";
import type { CountCache } from "./count-cache.server";
import { type SyncResult, toCheckResult, toSyncResult } from "./sync-result.server";

/** After this no further request to Stripe is begun; a slow one is waited for. Milliseconds. */
const PERSON_WAITS_MS = 40_000;
const BACKGROUND_MS = 60_000;

/** What can be done with one user. */
export function createUserActions(deps: Deps, { countCache }: { countCache: CountCache }) {
  const { db, log } = deps;
  return {
    /** A user by id, email, `cus_…` or `sub_…`; null when none or several match. */
    async findUser(query: string): Promise<string | null> {
      const [only, another] = await findUserIds(db, query);
      return another === undefined ? (only ?? null) : null;
    },
    /** Reads Stripe for one user, evaluates, repairs. Null when there is no such user. */
    async syncUser(input: {
      userId: string;
      actor: Actor;
      /** Aborted when the result is no longer wanted. */
      signal?: AbortSignal;
      /** Access is not taken, whatever the write mode. */
      grantOnly?: boolean;
    }): Promise<SyncResult | null> {
      const { userId, actor } = input;
      const deadlineMs = actor.kind === "staff" ? PERSON_WAITS_MS : BACKGROUND_MS;
      const outcome = await syncUser(deps, { ...input, apply: true, deadlineMs });
      countCache.clear();
      if (!outcome) return null;
      const result = await explainUnconfirmed(input, toSyncResult(outcome));
      log.info(
        { userId, by: actor.kind, outcome: result.outcome, verdictAfter: result.verdictAfter },
        "user synced",
      );
      return result;
    },
    /** Reads Stripe and never writes the record; says whether Stripe answered. Null when there is no such user. */
    async checkUser(input: {
      userId: string;
      actor: Actor;
      signal?: AbortSignal;
    }): Promise<SyncResult | null> {
      const outcome = await syncUser(deps, { ...input, apply: false, deadlineMs: PERSON_WAITS_MS });
      return outcome && toCheckResult(outcome);
    },
  };

  /** What only waits for this person's confirmation is not said to be forbidden. The next run evaluates it again. */
  async function explainUnconfirmed(
    { userId, grantOnly = false }: { userId: string; grantOnly?: boolean },
    result: SyncResult,
  ): Promise<SyncResult> {
    if (!grantOnly || result.blocked !== "grant_only") return result;
    const { writeMode } = await loadSettings(db);
    if (writeMode !== "full") return result;
    await db.$transaction((tx) => enqueueRechecks(tx, [userId]));
    return { ...result, message: describeUnconfirmed(result.taken ?? "access") };
  }
}

function describeUnconfirmed(taken: Taken): string {
  const { effect, action } = TAKEN_WORDS[taken];
  return `Nothing was taken. By what Stripe says, ${effect("this user")} Confirm that with “${action}…” on the user’s page.`;
}
