import type { ReactNode } from "react";

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What this is about, in a sentence or two. */
  description: ReactNode;
  children: ReactNode;
};
