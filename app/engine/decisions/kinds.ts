/** What staff can decide. Shown by pages and the command line; how each is made is in `handlers`. */
type Entry = {
  /** The lowest role that may decide it. What takes access from a user always needs an admin. */
  role: "operator" | "admin";
  /** A typed reason, where access or money is concerned. */
  reason: "required" | "optional";
  /** On a button. */
  label: string;
  /** In the history: "Put on hold by Ada". */
  done: string;
  /** Can be taken back by another decision. */
  undoable: boolean;
};

const ENTRIES = {
  hold: { role: "operator", reason: "required", label: "Hold", done: "Put on hold", undoable: true },
  release: {
    role: "operator",
    reason: "optional",
    label: "Release hold",
    done: "Hold released",
    undoable: false,
  },
  give_comp: {
    role: "admin",
    reason: "required",
    label: "Give complimentary access",
    done: "Complimentary access given",
    undoable: true,
  },
  end_comp: {
    role: "admin",
    reason: "required",
    label: "End complimentary access",
    done: "Complimentary access ended",
    undoable: true,
  },
  acknowledge: {
    role: "operator",
    reason: "required",
    label: "Acknowledge",
    done: "Acknowledged",
    undoable: true,
  },
  end_acknowledgement: {
    role: "operator",
    reason: "optional",
    label: "End acknowledgement",
    done: "Acknowledgement ended",
    undoable: true,
  },
} as const satisfies Record<string, Entry>;

export type DecisionKind = keyof typeof ENTRIES;

/** One entry a decision. */
export const DECISIONS: Record<DecisionKind, Entry> = ENTRIES;

const isDecisionKind = (text: string): text is DecisionKind => Object.hasOwn(ENTRIES, text);

export const DECISION_KINDS: readonly DecisionKind[] = Object.keys(ENTRIES).filter(isDecisionKind);
