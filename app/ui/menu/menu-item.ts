import type { ReactNode } from "react";

/** One line of a menu. */
export type MenuItem =
  | { kind: "check"; id: string; label: ReactNode; checked: boolean; onToggle: () => void }
  | { kind: "choice"; id: string; label: ReactNode; hint?: string; chosen: boolean; onChoose: () => void }
  | { kind: "action"; id: string; label: ReactNode; onChoose: () => void }
  | { kind: "text"; id: string; label: ReactNode }
  | { kind: "line"; id: string };
