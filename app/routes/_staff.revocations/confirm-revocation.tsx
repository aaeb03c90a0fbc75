import { useFetcher } from "@remix-run/react";
import { useEffect, useId, useRef } from "react";
import type { SyncResult, UserView } from "~/dashboard/views";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { Field } from "~/ui/field";
import { useNotice } from "~/ui/toast/toasts";
import { OUTCOME_TONES } from "../_staff/user/use-sync";
import { needsReason } from "./evidence";

type Answer = { problem: string } | { result: SyncResult };

type ConfirmRevocationProps = { user: UserView; open: boolean; onClose: () => void };

/** Taking access from one customer: by typing the name, so that it is this one that is meant. */
export function ConfirmRevocation({ user, open, onClose }: ConfirmRevocationProps) {
  const fetcher = useFetcher<Answer>({ key: `lower ${user.userId}` });
  const notify = useNotice();
  const id = useId();
  const name = user.name ?? user.email;
  const busy = fetcher.state !== "idle";
  const answer = fetcher.data;
  const told = useRef<Answer | null>(null);
  useEffect(() => {
    if (!answer || !("result" in answer) || told.current === answer) return;
    told.current = answer;
    const { outcome, message, changes } = answer.result;
    notify({ tone: OUTCOME_TONES[outcome], message, details: changes.join(" · ") });
    onClose();
  }, [answer, notify, onClose]);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Take access from ${name}?`}
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
        {needsReason(user.blocked) && (
          <Field
            id={`${id}-reason`}
            name="reason"
            label="Why is it right all the same?"
            hint="Evidence is missing. What you write here is kept in the history."
            autoComplete="off"
            required
          />
        )}
        {answer && "problem" in answer && (
          <p role="alert" className="text-table text-critical">
            {answer.problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave as it is</Button>
          <Button type="submit" look="danger" disabled={busy} aria-busy={busy}>
            {busy ? "Reading Stripe…" : "Confirm revocation"}
          </Button>
        </div>
      </fetcher.Form>
    </Dialog>
  );
}
