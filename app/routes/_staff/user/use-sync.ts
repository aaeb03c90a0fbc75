import type { SyncResult } from "~/dashboard/sync-result.server";
import { toPathId } from "~/platform/plain-text";
import { usePost } from "~/ui/post/use-post";
import type { Tone } from "~/ui/status/tone";

export const OUTCOME_TONES: Record<SyncResult["outcome"], Tone> = {
  synced: "right",
  in_sync: "right",
  checked: "low",
  blocked: "high",
  review: "review",
  failed: "critical",
};

/** The path of a user's page. */
export function buildUserPath(userId: string): string {
  return `/users/${toPathId(userId)}`;
}

/** Syncs one user in place. Where the server cannot be reached, or answers an error, the page stays, and `failure` says so. */
export function useSync(userId: string) {
  const { post, isBusy, answer, failure } = usePost<SyncResult>({
    key: `sync ${userId}`,
    changesPage: true,
  });
  const ask = (fields: Record<string, string>) => {
    void post(`${buildUserPath(userId)}/sync`, fields);
  };
  return {
    /** It never takes access: that is a decision. */
    sync: () => ask({ intent: "sync" }),
    /** Reads Stripe and changes nothing. */
    check: () => ask({ intent: "preview" }),
    busy: isBusy,
    result: answer,
    failure,
  };
}
