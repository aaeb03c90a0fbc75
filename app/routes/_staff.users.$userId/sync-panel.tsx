import { useFetcher } from "@remix-run/react";
import { SETTLED_VERDICTS } from "~/billing/verdicts";
import type { UserPage } from "~/dashboard/views";
import { Banner } from "~/ui/banner";
import { Button, ButtonLink } from "~/ui/button";
import { useMay } from "../_staff/frame-data";
import { useSync } from "../_staff/user/use-sync";
import { SyncOutcome } from "./sync-outcome";

/** What pressing Sync will do, the one button that does it, and after it what changed. */
export function SyncPanel({ page }: { page: UserPage }) {
  const { user, syncWill } = page;
  const { sync, busy, result } = useSync(user.userId, { aloud: false });
  const look = useFetcher();
  const mayWrite = useMay("operator");
  const settled = SETTLED_VERDICTS.has(user.verdict);
  const looking = look.state !== "idle";
  return (
    <section aria-label="Sync" className="mt-5 space-y-3 rounded border border-line bg-raised p-4">
      {result && <SyncOutcome result={result} />}
      {!(result && settled) && (
        <div>
          <h2 className="text-text font-semibold">{settled ? "Nothing to do" : "What Sync will do"}</h2>
          {syncWill.length === 0 ? (
            <p className="mt-1 text-quiet">
              {settled
                ? "The record is as it should be."
                : "Nothing by itself: somebody has to decide first."}
            </p>
          ) : (
            <ul className="mt-1 list-disc space-y-0.5 pl-5 marker:text-faint">
              {syncWill.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      {user.blockedSentence && <Banner tone="high">{user.blockedSentence}</Banner>}
      <div className="flex flex-wrap items-center gap-2">
        {mayWrite ? (
          <>
            <Button
              look={settled ? "secondary" : "primary"}
              onClick={sync}
              disabled={busy || looking}
              aria-busy={busy}
            >
              {busy ? "Reading Stripe…" : "Sync this user"}
            </Button>
            <look.Form method="post">
              <input type="hidden" name="intent" value="look" />
              <Button type="submit" look="quiet" disabled={busy || looking} aria-busy={looking}>
                {looking ? "Reading Stripe…" : "Read Stripe, change nothing"}
              </Button>
            </look.Form>
          </>
        ) : (
          <p className="text-table text-quiet">Syncing needs the role operator.</p>
        )}
        {user.flags.includes("not_revoked") && (
          <ButtonLink to="/revocations" look="quiet">
            Waiting revocations
          </ButtonLink>
        )}
      </div>
    </section>
  );
}
