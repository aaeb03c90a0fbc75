import { IN_SYNC_VERDICTS, VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import type { UserRow } from "~/dashboard/user-page/shorten";
import { Button, ButtonLink } from "~/ui/button";
import { useHasRole } from "../frame-data";
import { StepForm } from "./step-form";
import { buildUserPath, useSync } from "./use-sync";

/**
 * The action in a user's row: sync, or open the user's page if a sync alone would not resolve the case. A row that was synced
 * keeps its button, so that the focus stays.
 */
export function RowAction({ user }: { user: UserRow }) {
  const { sync, busy, result } = useSync(user.userId);
  const canWrite = useHasRole("operator");
  const name = user.name ?? user.email;
  const needsReview = VERDICT_CATALOGUE[user.verdict].rowAction === "open" || user.blocked !== null;
  if (!canWrite || (needsReview && !busy && !result))
    return (
      <ButtonLink to={buildUserPath(user.userId)} size="small" prefetch="intent">
        {needsReview ? "Review" : "Open"}
        <span className="sr-only"> {name}</span>
      </ButtonLink>
    );
  const isQuiet = IN_SYNC_VERDICTS.has(user.verdict) || result !== null;
  return (
    <StepForm userId={user.userId} intent="sync" onSubmit={() => !busy && sync()}>
      <Button
        type="submit"
        size="small"
        variant={isQuiet ? "quiet" : "secondary"}
        aria-disabled={busy}
        aria-busy={busy}
        className="min-w-17"
      >
        {busy ? "Syncing…" : result ? "Sync again" : "Sync"}
        <span className="sr-only"> {name}</span>
      </Button>
    </StepForm>
  );
}
