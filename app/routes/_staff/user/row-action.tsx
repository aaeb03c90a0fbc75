import { REVIEW_VERDICTS, SETTLED_VERDICTS, type Verdict } from "~/billing/verdicts";
import type { UserView } from "~/dashboard/views";
import { Button, ButtonLink } from "~/ui/button";
import { useMay } from "../frame-data";
import { userPath, useSync } from "./use-sync";

/** Taking access away deserves a look first. */
const LOOK_FIRST: ReadonlySet<Verdict> = new Set([...REVIEW_VERDICTS, "unpaid_access"]);

/** What can be done about a user right in the row: sync, or look closer where that alone would change nothing. */
export function RowAction({ user }: { user: UserView }) {
  const { sync, busy } = useSync(user.userId, { aloud: true });
  const mayWrite = useMay("operator");
  const who = user.name ?? user.email;
  const needsEyes = LOOK_FIRST.has(user.verdict) || user.blocked !== null;
  if (!mayWrite || needsEyes)
    return (
      <ButtonLink to={userPath(user.userId)} size="small" prefetch="intent">
        {needsEyes ? "Review" : "Open"}
        <span className="sr-only"> {who}</span>
      </ButtonLink>
    );
  return (
    <Button
      size="small"
      look={SETTLED_VERDICTS.has(user.verdict) ? "quiet" : "secondary"}
      onClick={sync}
      disabled={busy}
      aria-busy={busy}
      className="min-w-17"
    >
      {busy ? "Syncing…" : "Sync"}
      <span className="sr-only"> {who}</span>
    </Button>
  );
}
