/** What staff can decide. Shown by pages and the command line; how each is made is in `handlers`. */
type Entry = {
  /**
   * The lowest role that may decide it. What takes access from a user needs an admin; only a revocation that Parity may make by itself
   * is confirmed by an operator.
   */
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
    label: "Give free access",
    done: "Free access given",
    undoable: true,
  },
  end_comp: {
    role: "admin",
    reason: "required",
    label: "End free access",
    done: "Free access ended",
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
  confirm_link: {
    role: "operator",
    reason: "required",
    label: "Confirm link",
    done: "Link confirmed",
    undoable: true,
  },
  reject_link: {
    role: "operator",
    reason: "required",
    label: "Reject link",
    done: "Link rejected",
    undoable: true,
  },
  link_payer: {
    role: "operator",
    reason: "required",
    label: "Link to a user",
    done: "Payer linked",
    undoable: true,
  },
  settle_conflict: {
    role: "operator",
    reason: "required",
    label: "Settle conflict",
    done: "Conflict settled",
    undoable: true,
  },
  payer_not_ours: {
    role: "operator",
    reason: "required",
    label: "Not ours",
    done: "Marked as not ours",
    undoable: true,
  },
  payer_ours: {
    role: "operator",
    reason: "optional",
    label: "May be ours again",
    done: "Not marked as not ours any more",
    undoable: true,
  },
  map_price: { role: "admin", reason: "required", label: "Map price", done: "Price mapped", undoable: true },
  ignore_price: {
    role: "admin",
    reason: "required",
    label: "Ignore price",
    done: "Price ignored",
    undoable: true,
  },
  unmap_price: {
    role: "admin",
    reason: "required",
    label: "Unmap price",
    done: "Price unmapped",
    undoable: true,
  },
  set_plan: { role: "admin", reason: "required", label: "Save plan", done: "Plan saved", undoable: true },
  revoke: {
    role: "operator",
    reason: "required",
    label: "Revoke access",
    done: "Revocation approved",
    undoable: false,
  },
  override: {
    role: "admin",
    reason: "required",
    label: "Revoke access without evidence",
    done: "Revoked without evidence",
    undoable: false,
  },
  undo_change: {
    role: "operator",
    reason: "required",
    label: "Undo change",
    done: "Change undone",
    undoable: false,
  },
  undo_run: { role: "admin", reason: "required", label: "Undo run", done: "Run undone", undoable: false },
  undo_decision: {
    // And the role of the decision that is taken back.
    role: "operator",
    reason: "required",
    label: "Undo",
    done: "Decision undone",
    undoable: false,
  },
} as const satisfies Record<string, Entry>;

export type DecisionKind = keyof typeof ENTRIES;

/** One entry a decision. */
export const DECISIONS: Record<DecisionKind, Entry> = ENTRIES;

const isDecisionKind = (text: string): text is DecisionKind => Object.hasOwn(ENTRIES, text);

export const DECISION_KINDS: readonly DecisionKind[] = Object.keys(ENTRIES).filter(isDecisionKind);

/** Revocations are synced with an approval; undoing changes is done in batches. All others are rows of Parity's own. */
export const REVOCATION_KINDS = ["revoke", "override"] as const;
export type RevocationKind = (typeof REVOCATION_KINDS)[number];
export type UndoKind = "undo_change" | "undo_run";
export type RowKind = Exclude<DecisionKind, RevocationKind | UndoKind>;

export const isRevocationKind = (kind: DecisionKind): kind is RevocationKind =>
  REVOCATION_KINDS.some((one) => one === kind);
export const isUndoKind = (kind: DecisionKind): kind is UndoKind =>
  kind === "undo_change" || kind === "undo_run";
