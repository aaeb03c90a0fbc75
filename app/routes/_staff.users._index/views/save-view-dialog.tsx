import { useFetcher } from "@remix-run/react";
import { useId, useState } from "react";
import { isFiltered, type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { Dialog } from "~/ui/dialog/dialog";
import { DialogActions } from "~/ui/dialog/dialog-actions";
import { useCloseWhenDone } from "~/ui/dialog/use-close-when-done";
import { Field } from "~/ui/field";

type SaveViewDialogProps = { open: boolean; onClose: () => void; query: UsersQuery };

/** Asks for the name under which the filters, the search and the order are saved. */
export function SaveViewDialog({ open, onClose, query }: SaveViewDialogProps) {
  const fetcher = useFetcher<{ problem: string } | null>();
  const id = useId();
  const [name, setName] = useState("");
  const isBusy = fetcher.state !== "idle";
  const problem = isBusy ? null : fetcher.data?.problem;
  // It stays open where the view could not be saved, and says why.
  useCloseWhenDone({ isBusy, hasFailed: Boolean(problem), onClose });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Save this view"
      description={
        <p>
          {isFiltered(query) ? "The filters, the search and the order" : "The order"} are saved under a name,
          for you.
        </p>
      }
    >
      <fetcher.Form method="post" action="/users/views" className="space-y-4">
        <input type="hidden" name="intent" value="save" />
        <input type="hidden" name="search" value={usersPath(query).replace(/^\/users\??/, "")} />
        <Field
          id={id}
          name="name"
          label="Name"
          autoComplete="off"
          maxLength={60}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {problem && (
          <p role="alert" className="text-table text-critical">
            {problem}
          </p>
        )}
        <DialogActions onCancel={onClose} isIncomplete={name.trim() === ""} isBusy={isBusy}>
          Save view
        </DialogActions>
      </fetcher.Form>
    </Dialog>
  );
}
