import { lazy, Suspense, useEffect, useState } from "react";
import type { DialogProps } from "./dialog-props";

const DialogPopup = lazy(async () => ({ default: (await import("./dialog-popup")).DialogPopup }));

/** A dialog. Its code is loaded when it is first opened. Escape and a click outside close it. */
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
