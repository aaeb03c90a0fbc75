import { Form, useFetcher, useLocation, useNavigation } from "@remix-run/react";
import { useEffect, useId, useRef, useState } from "react";
import { formatCount, pluralize } from "~/billing/words/counts";
import type { BulkResult } from "~/dashboard/selections/selections.server";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { DialogActions } from "~/ui/dialog/dialog-actions";
import { Field } from "~/ui/field";
import { useNotice } from "~/ui/toast/toasts";

export type Selection = { userIds: string[]; isAll: boolean };

type SelectionBarProps = {
  selection: Selection;
  /** Users that match the list; null or undefined while it is not known. */
  total: number | null | undefined;
  onSelectAll: () => void;
  onClear: () => void;
};

const BULK = {
  hold: { button: "Hold…", name: (users: string) => `Put ${users} on hold`, needsReason: true },
  acknowledge: {
    button: "Acknowledge…",
    name: (users: string) => `Acknowledge ${users}`,
    needsReason: true,
  },
  release: {
    button: "Release hold…",
    name: (users: string) => `Release the hold of ${users}`,
    needsReason: false,
  },
} as const;

type Kind = keyof typeof BULK;
const KINDS = Object.keys(BULK) as Kind[]; // its keys are written out above

/** What can be done with the selected users: it stays in sight at the lower edge while anything is selected. */
export function SelectionBar({ selection, total, onSelectAll, onClear }: SelectionBarProps) {
  const { search } = useLocation();
  const navigation = useNavigation();
  const [kind, setKind] = useState<Kind | null>(null);
  const count = selection.isAll ? (total ?? 0) : selection.userIds.length;
  const action = `/users?${["index", search.slice(1)].filter(Boolean).join("&")}`;
  const isBusy = navigation.formAction?.startsWith("/users?index") === true;
  return (
    <section
      aria-label="Selection"
      className="sticky bottom-16 z-10 mt-2 flex flex-wrap items-center gap-2 rounded border border-edge bg-raised px-3 py-2 shadow-float sm:bottom-3"
    >
      <p aria-live="polite" className="mr-2 text-table font-medium tabular-nums">
        {pluralize(count, "user")} selected
      </p>
      <Form method="post" action={action}>
        <SelectionFields selection={selection} intent="preview" />
        <Button type="submit" variant="primary" size="small" disabled={isBusy}>
          {isBusy ? "Previewing…" : "Preview sync…"}
        </Button>
      </Form>
      {KINDS.map((each) => (
        <Button key={each} size="small" onClick={() => setKind(each)}>
          {BULK[each].button}
        </Button>
      ))}
      {!selection.isAll && typeof total === "number" && total > selection.userIds.length && (
        <Button size="small" variant="quiet" onClick={onSelectAll}>
          Select all {formatCount(total)} that match
        </Button>
      )}
      <Button size="small" variant="quiet" onClick={onClear}>
        Clear selection
      </Button>
      {kind && (
        <BulkDialog
          key={kind}
          kind={kind}
          count={count}
          selection={selection}
          action={action}
          onClose={() => setKind(null)}
          onDone={onClear}
        />
      )}
    </section>
  );
}

function SelectionFields({ selection, intent }: { selection: Selection; intent: string }) {
  return (
    <>
      <input type="hidden" name="intent" value={intent} />
      <input type="hidden" name="users" value={selection.isAll ? "all" : JSON.stringify(selection.userIds)} />
    </>
  );
}

type BulkDialogProps = {
  kind: Kind;
  count: number;
  selection: Selection;
  action: string;
  onClose: () => void;
  onDone: () => void;
};

/** Confirms a decision about all selected users. */
function BulkDialog({ kind, count, selection, action, onClose, onDone }: BulkDialogProps) {
  const fetcher = useFetcher<{ problem: string } | BulkResult>();
  const notify = useNotice();
  const id = useId();
  const notified = useRef(false);
  const { name, needsReason } = BULK[kind];
  const decision = name(pluralize(count, "user"));
  const busy = fetcher.state !== "idle";
  const answer = fetcher.data;
  useEffect(() => {
    if (!answer || "problem" in answer || notified.current) return;
    notified.current = true;
    const { decided, refused } = answer;
    notify({
      tone: refused.length === 0 ? "right" : "high",
      message: `Done for ${pluralize(decided, "user")}.`,
      details:
        refused.length === 0 ? "" : `Not for ${formatCount(refused.length)}: ${refused[0]?.message ?? ""}`,
    });
    onClose();
    onDone();
  }, [answer, notify, onClose, onDone]);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${decision}?`}
      description={<p>Each user gets an entry of its own in the history.</p>}
    >
      <fetcher.Form method="post" action={action} className="space-y-4">
        <SelectionFields selection={selection} intent={kind} />
        <Field
          id={id}
          name="reason"
          label={needsReason ? "Reason" : "Reason (optional)"}
          autoComplete="off"
          maxLength={500}
          required={needsReason}
        />
        {answer && "problem" in answer && (
          <p role="alert" className="text-table text-critical">
            {answer.problem}
          </p>
        )}
        <DialogActions onCancel={onClose} isBusy={busy}>
          {busy ? "Saving…" : decision}
        </DialogActions>
      </fetcher.Form>
    </Dialog>
  );
}
