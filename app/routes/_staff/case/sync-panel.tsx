import { useFetcher } from "@remix-run/react";
import { IN_SYNC_VERDICTS } from "~/billing/verdicts/catalogue";
import type { UserPage } from "~/dashboard/user-pages.server";
import { useHasRole } from "~/routes/_staff/frame-data";
import { useSync } from "~/routes/_staff/user/use-sync";
import { Banner } from "~/ui/banner";
import { Button, ButtonLink } from "~/ui/button";
import { SyncOutcome } from "./sync-outcome";

/** Says what a sync will do, has the button for it, and shows afterwards what changed. */
export function SyncPanel({ page }: { page: UserPage }) {
  const { user, plannedChanges } = page;
  const { sync, busy, result } = useSync(user.userId, { toast: false });
  const preview = useFetcher();
  const canWrite = useHasRole("operator");
  const isSettled = IN_SYNC_VERDICTS.has(user.verdict);
  const isPreviewing = preview.state !== "idle";
  return (
    <section aria-label="Sync" className="mt-5 space-y-3 rounded border border-line bg-raised p-4">
      {result && <SyncOutcome result={result} />}
      {!(result && isSettled) && (
        <div>
          <h2 className="text-text font-semibold">{isSettled ? "Nothing to do" : "What Sync will do"}</h2>
          {plannedChanges.length === 0 ? (
            <p className="mt-1 text-quiet">
              {isSettled ? "No changes are needed." : "Sync changes nothing. This user needs a decision."}
            </p>
          ) : (
            <ul className="mt-1 list-disc space-y-0.5 pl-5 marker:text-faint">
              {plannedChanges.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      {user.blockedSentence && <Banner tone="high">{user.blockedSentence}</Banner>}
      <div className="flex flex-wrap items-center gap-2">
        {canWrite ? (
          <>
            <Button
              variant={isSettled ? "secondary" : "primary"}
              onClick={sync}
              disabled={busy || isPreviewing}
              aria-busy={busy}
            >
              {busy ? "Reading Stripe…" : "Sync this user"}
            </Button>
            <preview.Form method="post">
              <input type="hidden" name="intent" value="preview" />
              <Button type="submit" variant="quiet" disabled={busy || isPreviewing} aria-busy={isPreviewing}>
                {isPreviewing ? "Reading Stripe…" : "Read Stripe only (no changes)"}
              </Button>
            </preview.Form>
          </>
        ) : (
          <p className="text-table text-quiet">Only operators and admins can sync.</p>
        )}
        {user.flags.includes("not_revoked") && (
          <ButtonLink to="/revocations" variant="quiet">
            Pending revocations
          </ButtonLink>
        )}
      </div>
    </section>
  );
}
