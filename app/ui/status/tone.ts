import { SEVERITY_OF, type Severity, type Verdict } from "~/billing/verdicts";

/** What a colour means; never without a word and a shape. */
export type Tone = "critical" | "high" | "medium" | "low" | "right" | "review";

const TONE_OF: Record<Severity, Tone> = {
  critical: "critical",
  high: "high",
  medium: "medium",
  review: "review",
  warning: "low",
  low: "low",
  none: "right",
};

export function toneOf(verdict: Verdict): Tone {
  return verdict === "no_subscription" ? "low" : TONE_OF[SEVERITY_OF[verdict]];
}

/** Whole class names, so that Tailwind finds them. (`text-right` would also align the text.) */
export const toneText: Record<Tone, string> = {
  critical: "text-critical",
  high: "text-high",
  medium: "text-medium",
  low: "text-low",
  right: "text-correct",
  review: "text-review",
};

export const toneSoft: Record<Tone, string> = {
  critical: "bg-critical-soft text-critical",
  high: "bg-high-soft text-high",
  medium: "bg-medium-soft text-medium",
  low: "bg-low-soft text-low",
  right: "bg-correct-soft text-correct",
  review: "bg-review-soft text-review",
};
