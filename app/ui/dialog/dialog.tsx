import { lazy, Suspense, useEffect, useState } from "react";
import type { DialogProps } from "./dialog-props";

const loadPopup = () => import("./dialog-popup");
const DialogPopup = lazy(async () => ({ default: (await loadPopup()).DialogPopup }));

/**
 * Loads the code of dialogs once the page works: they open at once then, and also while there is no connection. A failure is met
 * when a dialog is opened.
 */
export function useDialogsReady(): void {
  useEffect(() => {
    loadPopup().catch(() => {});
  }, []);
}

/** A dialog. Its code is loaded after the page's. Escape and a click outside close it. */
export function Dialog(props: DialogProps) {
  const [wasOpened, setWasOpened] = useState(props.open);
  useEffect(() => {
    if (props.open) setWasOpened(true);
  }, [props.open]);
  if (!wasOpened) return null;
  return (
    <Suspense fallback={null}>
      <DialogPopup {...props} />
    </Suspense>
  );
}
