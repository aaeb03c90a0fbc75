/** The sorts of the users table. `severity` is how a person works through it: worst first, longest first. */
export const SORTS = ["severity", "since", "email", "name", "checked", "money"] as const;

export type Sort = (typeof SORTS)[number];

export type ColumnId = "customer" | "stripe" | "database" | "difference" | "since" | "checked";

export type Column = {
  id: ColumnId;
  label: string;
  /** What a click on the head sorts by; null when there is no order that would mean something. */
  sort: Sort | null;
  /** Width as a CSS grid track or table width; the rest is shared. */
  width: string;
};

/** The columns of the users table, in their order. */
export const COLUMNS: readonly Column[] = [
  { id: "customer", label: "Customer", sort: "email", width: "22%" },
  { id: "stripe", label: "Stripe says", sort: null, width: "18%" },
  { id: "database", label: "Database says", sort: null, width: "17%" },
  { id: "difference", label: "Difference", sort: "severity", width: "25%" },
  { id: "since", label: "Since", sort: "since", width: "9%" },
  { id: "checked", label: "Checked", sort: "checked", width: "9%" },
];
