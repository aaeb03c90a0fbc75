import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useRef } from "react";
import type { DialogProps } from "./dialog-props";

export function DialogPopup({ open, onClose, title, description, children }: DialogProps) {
  const body = useRef<HTMLDivElement>(null);
  const openedFrom = useRef<Element | null>(null);
  const wasOpen = useRef(false);
  // Kept when it closes: only then it is asked where the focus goes.
  if (open && !wasOpen.current) openedFrom.current = document.activeElement;
  wasOpen.current = open;
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next, { event }) => {
        if (!next && !isAboutConnection(event.target)) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="floating fixed inset-0 z-40 bg-backdrop" />
        <Dialog.Popup
          initialFocus={() => findFirst(body.current)}
          finalFocus={() => findReturn(openedFrom.current)}
          className="floating fixed inset-x-4 top-[12vh] z-50 mx-auto max-h-[80vh] max-w-lg overflow-y-auto rounded border border-line bg-raised p-5 wrap-anywhere text-ink shadow-float outline-none"
        >
          <div className="flex items-start justify-between gap-4">
            <Dialog.Title className="text-lead font-semibold text-balance">{title}</Dialog.Title>
            <Dialog.Close
              aria-label="Close"
              className="-m-1 inline-flex size-8 shrink-0 items-center justify-center rounded text-faint hover:bg-hover hover:text-ink"
            >
              <X className="size-4" aria-hidden="true" />
            </Dialog.Close>
          </div>
          {description !== null && (
            <Dialog.Description className="mt-2 text-text text-quiet" render={<div />}>
              {description}
            </Dialog.Description>
          )}
          <div ref={body} className="mt-4">
            {children}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** What is said of the server stands beside the dialog, and is answered while it is open. */
const isAboutConnection = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("[data-connection]") !== null;

/** The first field, else the first button, which is the safe one; never “Close”. */
function findFirst(body: HTMLElement | null): HTMLElement | true {
  return (
    body?.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea") ??
    body?.querySelector<HTMLElement>("button, a[href]") ??
    true
  );
}

/** Where the dialog was opened from. When that is gone, what came of it takes the focus, or the page's content. */
function findReturn(openedFrom: Element | null): HTMLElement | false {
  if (openedFrom instanceof HTMLElement && openedFrom.isConnected && openedFrom !== document.body)
    return openedFrom;
  // Returned, either would be passed over for the first link or button in it.
  document
    .querySelector<HTMLElement>(
      "#main [role=status][tabindex='-1'], #main:not(:has([role=status][tabindex='-1']))",
    )
    ?.focus({ preventScroll: true });
  return false;
}
