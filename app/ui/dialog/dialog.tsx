import { Suspense, useEffect, useState } from "react";
import { lazily } from "~/ui/reach/lazily";
import type { DialogProps } from "./dialog-props";

const DialogPopup = lazily(async () => (await import("./dialog-popup")).DialogPopup);

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
