import { VERDICT_CATALOGUE, type Verdict } from "~/billing/verdicts/catalogue";
import type { Severity } from "~/billing/verdicts/severity";

/** The meaning of a colour. It is always shown with a word and a shape. */
export type Tone = "critical" | "high" | "medium" | "low" | "right" | "review";

const SEVERITY_TONES: Record<Severity, Tone> = {
  critical: "critical",
  high: "high",
  medium: "medium",
  review: "review",
  warning: "low",
  low: "low",
  none: "right",
};

export function chooseTone(verdict: Verdict): Tone {
  return verdict === "no_subscription" ? "low" : SEVERITY_TONES[VERDICT_CATALOGUE[verdict].severity];
}

/** Full class names, so that Tailwind finds them. `text-correct`, because `text-right` would align the text. */
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
