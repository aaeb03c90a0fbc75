import { useFetcher } from "@remix-run/react";
import { useEffect, useRef } from "react";
import type { SyncResult } from "~/dashboard/views";
import type { Tone } from "~/ui/status/tone";
import { useNotice } from "~/ui/toast/toasts";

export const OUTCOME_TONES: Record<SyncResult["outcome"], Tone> = {
  synced: "right",
  in_sync: "right",
  blocked: "high",
  review: "review",
  failed: "critical",
};

/** The address of one user's page. */
export function userPath(userId: string): string {
  return `/users/${encodeURIComponent(userId)}`;
}

/** Syncs one user in place; `aloud` says what came of it in the corner, where the page has no place for it. */
export function useSync(
  userId: string,
  { aloud }: { aloud: boolean },
): { sync: () => void; busy: boolean; result: SyncResult | null } {
  const fetcher = useFetcher<SyncResult>({ key: `sync ${userId}` });
  const notify = useNotice();
  const told = useRef<SyncResult | null>(null);
  const result = fetcher.data ?? null;
  useEffect(() => {
    if (!aloud || !result || result === told.current) return;
    told.current = result;
    notify({
      tone: OUTCOME_TONES[result.outcome],
      message: result.message,
      details: result.changes.join(" · "),
    });
  }, [aloud, result, notify]);
  return {
    sync: () => fetcher.submit({ intent: "sync" }, { method: "post", action: userPath(userId) }),
    busy: fetcher.state !== "idle",
    result,
  };
}
