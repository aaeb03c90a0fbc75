import { Suspense, useState } from "react";
import { lazily } from "~/ui/reach/lazily";
import type { DecisionDialogProps } from "./decision-props";

const DecisionPopup = lazily(async () => (await import("./decision-popup")).DecisionPopup);

/**
 * Asks for a decision: what it does, whose access changes, and why it is made. Nothing is decided before the button. Its code is loaded
 * after the page's.
 */
export function DecisionDialog(props: DecisionDialogProps) {
  // Once asked for, it stays in the page, so that it can fade out and give the focus back.
  const [wasAsked, setWasAsked] = useState(props.kind !== null);
  if (props.kind !== null && !wasAsked) setWasAsked(true);
  if (!wasAsked) return null;
  return (
    <Suspense>
      <DecisionPopup {...props} />
    </Suspense>
  );
}
