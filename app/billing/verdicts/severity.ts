export type Severity = "critical" | "high" | "review" | "medium" | "warning" | "low" | "none";

/** Higher sorts first. */
export const SEVERITY_RANK: Record<Severity, number> = {
  critical: 6,
  high: 5,
  review: 4,
  medium: 3,
  warning: 2,
  low: 1,
  none: 0,
};

/** The word for a severity, with its shape: colour alone never carries a meaning. */
export const SEVERITY_WORD: Record<Severity, { word: string; shape: string }> = {
  critical: { word: "critical", shape: "●" },
  high: { word: "high", shape: "▲" },
  review: { word: "review", shape: "◆" },
  medium: { word: "medium", shape: "△" },
  warning: { word: "not checked", shape: "◌" },
  low: { word: "low", shape: "○" },
  none: { word: "right", shape: "✓" },
};
