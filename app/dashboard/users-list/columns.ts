/** The sorts of the users table. `severity` is the usual one: highest severity first, then longest. */
export const SORTS = ["severity", "since", "email", "name", "checked", "money"] as const;

export type Sort = (typeof SORTS)[number];

/** The orders of the list in words, for the menu. */
export const SORT_CHOICES: readonly { sort: Sort; reversed: boolean; label: string }[] = [
  { sort: "severity", reversed: false, label: "Most urgent first" },
  { sort: "money", reversed: false, label: "Most money first" },
  { sort: "since", reversed: false, label: "Oldest mismatch first" },
  { sort: "since", reversed: true, label: "Newest mismatch first" },
  { sort: "name", reversed: false, label: "Name, A to Z" },
  { sort: "email", reversed: false, label: "Email, A to Z" },
  { sort: "email", reversed: true, label: "Email, Z to A" },
  { sort: "checked", reversed: false, label: "Checked longest ago first" },
  { sort: "checked", reversed: true, label: "Checked last first" },
];

export type ColumnId = "user" | "stripe" | "database" | "mismatch" | "since" | "checked";

export type Column = {
  id: ColumnId;
  label: string;
  /** What a click on the heading sorts by; null when the column cannot be sorted. */
  sort: Sort | null;
  /** CSS width; columns without a width share the rest. */
  width: string;
  /** Staff may hide it. */
  canHide: boolean;
};

/** The columns of the users table, in their order. */
export const COLUMNS: readonly Column[] = [
  { id: "user", label: "User", sort: "email", width: "18%", canHide: false },
  { id: "stripe", label: "Stripe", sort: null, width: "17%", canHide: true },
  { id: "database", label: "Database", sort: null, width: "15%", canHide: true },
  { id: "mismatch", label: "Mismatch", sort: "severity", width: "auto", canHide: false },
  { id: "since", label: "Since", sort: "since", width: "96px", canHide: true },
  { id: "checked", label: "Last checked", sort: "checked", width: "100px", canHide: true },
];
