import type { ReactNode } from "react";
import type { Taken } from "~/billing/evaluation/taken";
import type { DecisionKind } from "~/engine/decisions/kinds";
import type { Choices } from "./decision-input";

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
