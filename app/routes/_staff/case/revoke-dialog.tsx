import { useFetcher } from "@remix-run/react";
import { useEffect, useId, useRef } from "react";
import { lacksEvidence } from "~/billing/verdicts/block-reasons";
import type { SyncResult } from "~/dashboard/sync-result.server";
import type { UserView } from "~/dashboard/user-view.server";
import { OUTCOME_TONES } from "~/routes/_staff/user/use-sync";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { Field } from "~/ui/field";
import { useNotice } from "~/ui/toast/toasts";

type Answer = { problem: string; lacksEvidence?: boolean } | { result: SyncResult };

type RevokeDialogProps = { user: UserView; open: boolean; onClose: () => void };

/** Confirms that access is revoked for one user. The admin types the name, to prevent a mix-up. */
export function RevokeDialog({ user, open, onClose }: RevokeDialogProps) {
  const fetcher = useFetcher<Answer>({ key: `revoke ${user.userId}` });
  const notify = useNotice();
  const id = useId();
  const name = user.name ?? user.email;
  const busy = fetcher.state !== "idle";
  const answer = fetcher.data;
  // An admin overrides only what the dialog has said.
  const isOverride =
    lacksEvidence(user.blocked) ||
    (answer !== undefined && "lacksEvidence" in answer && answer.lacksEvidence === true);
  const notified = useRef<Answer | null>(null);
  useEffect(() => {
    if (!answer || !("result" in answer) || notified.current === answer) return;
    notified.current = answer;
    const { outcome, message, changes } = answer.result;
    notify({ tone: OUTCOME_TONES[outcome], message, details: changes.join(" · ") });
    onClose();
  }, [answer, notify, onClose]);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Revoke access for ${name}?`}
      description={
        <>
          <p>{user.sentence}</p>
          {user.blockedSentence && <p className="mt-2 text-high">{user.blockedSentence}</p>}
        </>
      }
    >
      <fetcher.Form method="post" action="/revocations" className="space-y-4">
        <input type="hidden" name="userId" value={user.userId} />
        <Field
          id={`${id}-typed`}
          name="typed"
          label={`Type “${name}” to confirm`}
          autoComplete="off"
          required
        />
        {isOverride && <input type="hidden" name="override" value="1" />}
        <Field
          id={`${id}-reason`}
          name="reason"
          label={isOverride ? "Reason for override" : "Reason"}
          hint={`${isOverride ? "Evidence for this revocation is missing. " : ""}Your reason is saved in the user’s history.`}
          autoComplete="off"
          maxLength={1000}
          required
        />
        {answer && "problem" in answer && (
          <p role="alert" className="text-table text-critical">
            {answer.problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" disabled={busy} aria-busy={busy}>
            {busy ? "Reading Stripe…" : "Revoke access"}
          </Button>
        </div>
      </fetcher.Form>
    </Dialog>
  );
}
