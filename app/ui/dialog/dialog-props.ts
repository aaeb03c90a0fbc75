import type { ReactNode } from "react";

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What the dialog asks, in one or two sentences. */
  description: ReactNode | null;
  children: ReactNode;
};
