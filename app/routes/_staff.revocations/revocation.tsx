import { Link } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import type { UserView } from "~/dashboard/user-view.server";
import { RevokeDialog } from "~/routes/_staff/case/revoke-dialog";
import { labelStep } from "~/routes/_staff/case/step-words";
import { useDecision } from "~/routes/_staff/decide/use-decision";
import { Button } from "~/ui/button";
import { Money } from "~/ui/format/money";
import { Time } from "~/ui/format/time";
import { VerdictMark } from "~/ui/status/verdict-mark";
import { useNotice } from "~/ui/toast/toasts";
import { buildUserPath } from "../_staff/user/use-sync";

/** A user with a pending revocation: why access should end, and why it was not revoked automatically. */
export function Revocation({ user, canApprove }: { user: UserView; canApprove: boolean }) {
  const [isConfirming, setConfirming] = useState(false);
  useNoticeOfDecision(user.userId);
  return (
    <li className="grid gap-x-6 gap-y-2 border-b border-line py-3.5 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-start lg:grid-cols-[minmax(0,3fr)_minmax(0,6fr)_auto]">
      <div className="min-w-0">
        <Link
          to={buildUserPath(user.userId)}
          className="block truncate rounded font-medium hover:text-accent hover:underline"
        >
          {user.name ?? user.email}
        </Link>
        {user.name && <p className="truncate text-small text-quiet">{user.email}</p>}
        <p className="mt-1 text-table">
          <VerdictMark verdict={user.verdict} />
        </p>
        <p className="mt-0.5 text-small text-quiet">
          {user.money && (
            <>
              <Money amount={user.money.perMonth} currency={user.money.currency} /> per month
            </>
          )}
          {user.money && user.since !== null && " · "}
          {user.since !== null && (
            <>
              for <Time at={user.since} as="length" rowLabel="Since" />
            </>
          )}
        </p>
      </div>
      <div className="min-w-0 space-y-1 text-table text-pretty sm:max-lg:order-3 sm:max-lg:col-span-2">
        <p>{user.sentence}</p>
        {user.blockedSentence && <p className="text-high">{user.blockedSentence}</p>}
      </div>
      {canApprove && (
        <>
          <Button onClick={() => setConfirming(true)}>
            {labelStep("approve_removal", user.taken)}
            <span className="sr-only"> {user.name ?? user.email}</span>
          </Button>
          <RevokeDialog user={user} basedOn={null} open={isConfirming} onClose={() => setConfirming(false)} />
        </>
      )}
    </li>
  );
}

/** Says what was decided: afterwards the user is not in the list any more. */
function useNoticeOfDecision(userId: string): void {
  const { answer } = useDecision(userId);
  const notify = useNotice();
  const seen = useRef(answer);
  useEffect(() => {
    if (answer === seen.current) return;
    seen.current = answer;
    if (!answer?.ok) return;
    const { sentence, sync } = answer;
    // Access that was taken is never shown with a green tick.
    notify({
      tone: "critical",
      message: sync?.message ?? sentence,
      details: sync?.changes.join(" · ") ?? "",
    });
  }, [answer, notify]);
}
