import type { DecisionMade, DecisionPreview, DecisionRefused } from "~/dashboard/decisions/decisions.server";
import type { DecisionKind } from "~/engine/decisions/kinds";
import { usePost } from "~/ui/post/use-post";

/** What a decision is asked with: the input of its kind, the typed reason, and the newest decision that the page shows. */
export type DecisionForm = {
  kind: DecisionKind;
  reason: string;
  basedOn: string | null;
  /** The name of whose access is taken, as it was typed. */
  typedName?: string;
  input: Record<string, string>;
};

type Answer =
  | { intent: "preview"; answer: DecisionPreview | DecisionRefused }
  | { intent: "decide"; answer: DecisionMade | DecisionRefused };

/** Previews and makes decisions about one subject; `key` tells subjects apart. */
export function useDecision(key: string) {
  const previews = usePost<Answer>({ key: `preview ${key}`, changesPage: false });
  const decisions = usePost<Answer>({ key: `decide ${key}`, changesPage: true });
  const preview = previews.answer?.intent === "preview" ? previews.answer.answer : null;
  const answer = decisions.answer?.intent === "decide" ? decisions.answer.answer : null;
  return {
    preview: (form: DecisionForm) => void previews.post("/decisions", toFields("preview", form)),
    decide: (form: DecisionForm) => void decisions.post("/decisions", toFields("decide", form)),
    isBusy: decisions.isBusy,
    isPreviewing: previews.isBusy,
    /** What a decision would do; null before it was asked. */
    previewed: preview,
    /** Whether that is said of this form, and not of one that was asked before. */
    saysOfForm: ({ kind, input }: DecisionForm) =>
      Object.entries({ ...input, kind }).every(([name, value]) => previews.asked?.[name] === value),
    answer,
    /** Why there is no answer, as a sentence; null while there is one, or none was asked. */
    failure: decisions.failure,
    previewFailure: previews.failure,
  };
}

function toFields(
  intent: "preview" | "decide",
  { kind, reason, basedOn, typedName, input }: DecisionForm,
): Record<string, string> {
  return {
    ...input,
    ...{ intent, kind },
    ...(reason.trim() !== "" && { reason: reason.trim() }),
    ...(basedOn !== null && intent === "decide" && { basedOn }),
    ...(typedName !== undefined && { typedName }),
  };
}
