import { IN_SYNC_VERDICTS, VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import type { UserView } from "~/dashboard/user-view.server";
import { Button, ButtonLink } from "~/ui/button";
import { useHasRole } from "../frame-data";
import { buildUserPath, useSync } from "./use-sync";

/** The action in a user's row: sync, or open the user's page if a sync alone would not resolve the case. */
export function RowAction({ user }: { user: UserView }) {
  const { sync, busy } = useSync(user.userId, { toast: true });
  const canWrite = useHasRole("operator");
  const name = user.name ?? user.email;
  const needsReview = VERDICT_CATALOGUE[user.verdict].rowAction === "open" || user.blocked !== null;
  if (!canWrite || needsReview)
    return (
      <ButtonLink to={buildUserPath(user.userId)} size="small" prefetch="intent">
        {needsReview ? "Review" : "Open"}
        <span className="sr-only"> {name}</span>
      </ButtonLink>
    );
  return (
    <Button
      size="small"
      variant={IN_SYNC_VERDICTS.has(user.verdict) ? "quiet" : "secondary"}
      onClick={() => sync()}
      disabled={busy}
      aria-busy={busy}
      className="min-w-17"
    >
      {busy ? "Syncing…" : "Sync"}
      <span className="sr-only"> {name}</span>
    </Button>
  );
}
