/** The sorts of the users table. `severity` is the usual one: highest severity first, then longest. */
export const SORTS = ["severity", "since", "email", "name", "checked", "money"] as const;

export type Sort = (typeof SORTS)[number];

export type ColumnId = "user" | "stripe" | "database" | "mismatch" | "since" | "checked";

export type Column = {
  id: ColumnId;
  label: string;
  /** What a click on the heading sorts by; null when the column cannot be sorted. */
  sort: Sort | null;
  /** CSS width; columns without a width share the rest. */
  width: string;
};

/** The columns of the users table, in their order. */
export const COLUMNS: readonly Column[] = [
  { id: "user", label: "User", sort: "email", width: "22%" },
  { id: "stripe", label: "Stripe", sort: null, width: "18%" },
  { id: "database", label: "Database", sort: null, width: "17%" },
  { id: "mismatch", label: "Mismatch", sort: "severity", width: "25%" },
  { id: "since", label: "Since", sort: "since", width: "9%" },
  { id: "checked", label: "Last checked", sort: "checked", width: "9%" },
];
