import { type ReactNode, Suspense, useState } from "react";
import type { Taken } from "~/billing/evaluation/taken";
import type { DecisionKind } from "~/engine/decisions/kinds";
import { lazily } from "~/ui/reach/lazily";
import type { Choices } from "./decision-input";

const DecisionPopup = lazily(async () => (await import("./decision-popup")).DecisionPopup);

export type DecisionSubject = {
  /** Tells this user or payer apart from others. */
  key: string;
  name: string;
  /** What is decided about, as the kind wants it: `{userId}`. */
  input: Record<string, string>;
  choices: Choices;
  /** What stands in the fields at first. */
  values?: Record<string, string>;
  /** Must be typed, so that no other one is meant. */
  typedName?: string;
  /** What a revocation takes. */
  taken?: Taken;
  /** The newest decision that the page shows. */
  basedOn: string | null;
};

export type DecisionDialogProps = {
  kind: DecisionKind | null;
  subject: DecisionSubject;
  /** What is to be known before it is decided. */
  description?: ReactNode;
  onClose: () => void;
};

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
