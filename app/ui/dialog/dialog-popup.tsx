import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { DialogProps } from "./dialog-props";

export function DialogPopup({ open, onClose, title, description, children }: DialogProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="floating fixed inset-0 z-40 bg-backdrop" />
        <Dialog.Popup className="floating fixed inset-x-4 top-[12vh] z-50 mx-auto max-h-[80vh] max-w-lg overflow-y-auto rounded border border-line bg-raised p-5 text-ink shadow-float outline-none">
          <div className="flex items-start justify-between gap-4">
            <Dialog.Title className="text-lead font-semibold text-balance">{title}</Dialog.Title>
            <Dialog.Close
              aria-label="Close"
              className="-m-1 inline-flex size-8 items-center justify-center rounded text-faint hover:bg-hover hover:text-ink"
            >
              <X className="size-4" aria-hidden="true" />
            </Dialog.Close>
          </div>
          <Dialog.Description className="mt-2 text-text text-quiet" render={<div />}>
            {description}
          </Dialog.Description>
          <div className="mt-4">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
