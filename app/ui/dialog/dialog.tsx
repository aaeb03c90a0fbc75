import { lazy, Suspense, useEffect, useState } from "react";
import type { DialogProps } from "./dialog-props";

const DialogPopup = lazy(async () => ({ default: (await import("./dialog-popup")).DialogPopup }));

/** A dialog; fetched the first time that one is opened. Escape and a press outside close it. */
export function Dialog(props: DialogProps) {
  const [wanted, setWanted] = useState(props.open);
  useEffect(() => {
    if (props.open) setWanted(true);
  }, [props.open]);
  if (!wanted) return null;
  return (
    <Suspense fallback={null}>
      <DialogPopup {...props} />
    </Suspense>
  );
}
