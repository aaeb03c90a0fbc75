import { useRevalidator } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import type { DecisionMade } from "~/dashboard/decisions/decisions.server";
import type { SyncResult } from "~/dashboard/sync-result.server";
import { useSync } from "~/routes/_staff/user/use-sync";
import { useDecision } from "../decide/use-decision";

/** What came of the last step. */
export type Outcome = { kind: "sync"; result: SyncResult } | { kind: "decision"; made: DecisionMade };

/** The sync and the decisions of one user, and what came of the latest of them. */
export function useCase(userId: string) {
  const { sync, check, busy, result, failure } = useSync(userId);
  const { answer, isBusy } = useDecision(userId);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  // What an earlier visit to this page left behind is not new.
  const seen = useRef<{ result: SyncResult | null; answer: typeof answer }>({ result, answer });
  useEffect(() => {
    if (result !== null && result !== seen.current.result) setOutcome({ kind: "sync", result });
    if (answer?.ok && answer !== seen.current.answer) setOutcome({ kind: "decision", made: answer });
    seen.current = { result, answer };
  }, [result, answer]);
  // Until the page was read again its buttons are those of before the last step.
  const isStale = useRevalidator().state === "loading" && outcome !== null;
  return { sync, check, isBusy: busy || isBusy, isStale, outcome, failure };
}
