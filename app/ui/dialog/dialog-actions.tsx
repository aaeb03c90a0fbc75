import type { ReactNode } from "react";
import { Button } from "~/ui/button";

type DialogActionsProps = {
  onCancel: () => void;
  /** Without it the button sends the form that it stands in. */
  onConfirm?: () => void;
  /** It takes something away. */
  isDangerous?: boolean;
  /** Something is missing that must be typed. */
  isIncomplete?: boolean;
  /** What was asked is under way; it is not asked twice. */
  isBusy?: boolean;
  /** What the button does. */
  children: ReactNode;
};

/** The last row of a dialog: the way out, then what the dialog does. */
export function DialogActions(props: DialogActionsProps) {
  const { onCancel, onConfirm, isDangerous = false, isIncomplete = false, isBusy = false, children } = props;
  return (
    <div className="flex flex-wrap justify-end gap-2">
      <Button onClick={onCancel}>Cancel</Button>
      <Button
        type={onConfirm ? "button" : "submit"}
        variant={isDangerous ? "danger" : "primary"}
        disabled={isIncomplete}
        // A button that is disabled while it is busy would lose the focus.
        aria-disabled={isBusy}
        aria-busy={isBusy}
        onClick={(event) => {
          if (isBusy) event.preventDefault();
          else onConfirm?.();
        }}
      >
        {children}
      </Button>
    </div>
  );
}
