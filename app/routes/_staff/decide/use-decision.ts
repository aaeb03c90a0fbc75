import { useFetcher } from "@remix-run/react";
import type { DecisionMade, DecisionPreview, DecisionRefused } from "~/dashboard/decisions/decisions.server";
import type { DecisionKind } from "~/engine/decisions/kinds";

/** What a decision is asked with: the input of its kind, the typed reason, and the newest decision that the page shows. */
export type DecisionForm = {
  kind: DecisionKind;
  reason: string;
  basedOn: string | null;
  input: Record<string, string>;
};

type Answer =
  | { intent: "preview"; answer: DecisionPreview | DecisionRefused }
  | { intent: "decide"; answer: DecisionMade | DecisionRefused };

/** Previews and makes decisions about one subject; `key` tells subjects apart. */
export function useDecision(key: string) {
  const previews = useFetcher<Answer>({ key: `preview ${key}` });
  const decisions = useFetcher<Answer>({ key: `decide ${key}` });
  const preview = previews.data?.intent === "preview" ? previews.data.answer : null;
  const answer = decisions.data?.intent === "decide" ? decisions.data.answer : null;
  return {
    preview: (form: DecisionForm) => previews.submit(toFields("preview", form), POST),
    decide: (form: DecisionForm) => decisions.submit(toFields("decide", form), POST),
    isBusy: decisions.state !== "idle",
    isPreviewing: previews.state !== "idle",
    /** What the decision would do; null before it was asked. */
    previewed: preview,
    answer,
  };
}

const POST = { method: "post", action: "/decisions" } as const;

function toFields(
  intent: "preview" | "decide",
  { kind, reason, basedOn, input }: DecisionForm,
): Record<string, string> {
  return {
    ...input,
    ...{ intent, kind },
    ...(reason.trim() !== "" && { reason: reason.trim() }),
    ...(basedOn !== null && intent === "decide" && { basedOn }),
  };
}
