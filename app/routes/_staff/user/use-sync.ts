import { useFetcher } from "@remix-run/react";
import { useEffect, useRef } from "react";
import type { SyncResult } from "~/dashboard/sync-result.server";
import type { Tone } from "~/ui/status/tone";
import { useNotice } from "~/ui/toast/toasts";

export const OUTCOME_TONES: Record<SyncResult["outcome"], Tone> = {
  synced: "right",
  in_sync: "right",
  blocked: "high",
  review: "review",
  failed: "critical",
};

/** The path of a user's page. */
export function buildUserPath(userId: string): string {
  return `/users/${encodeURIComponent(userId)}`;
}

/** Syncs one user in place. `toast` shows the result in the corner, for pages that have no other place for it. */
export function useSync(
  userId: string,
  { toast }: { toast: boolean },
): { sync: (options?: { reason?: string }) => void; busy: boolean; result: SyncResult | null } {
  const fetcher = useFetcher<SyncResult>({ key: `sync ${userId}` });
  const notify = useNotice();
  const notified = useRef<SyncResult | null>(null);
  const result = fetcher.data ?? null;
  useEffect(() => {
    if (!toast || !result || result === notified.current) return;
    notified.current = result;
    notify({
      tone: OUTCOME_TONES[result.outcome],
      message: result.message,
      details: result.changes.join(" · "),
    });
  }, [toast, result, notify]);
  return {
    // Only a sync with a typed reason may take access.
    sync({ reason = "" } = {}) {
      // Without a connection the page would be replaced by the browser's error page.
      if (!navigator.onLine)
        return notify({ tone: "high", message: "You are offline. Nothing was changed.", details: "" });
      fetcher.submit(
        { intent: "sync", ...(reason !== "" && { reason }) },
        { method: "post", action: buildUserPath(userId) },
      );
    },
    busy: fetcher.state !== "idle",
    result,
  };
}
