import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";

const DialogPopup = lazy(async () => ({ default: (await import("./dialog-popup")).DialogPopup }));

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What this is about, in a sentence or two. */
  description: ReactNode;
  children: ReactNode;
};

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
