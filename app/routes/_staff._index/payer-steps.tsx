import { useEffect, useRef, useState } from "react";
import type { DecisionMade } from "~/dashboard/decisions/decisions.server";
import type { DescribedPayer } from "~/dashboard/payers/payers.server";
import { CaseOutcome } from "~/routes/_staff/case/case-outcome";
import { DecisionDialog } from "~/routes/_staff/decide/decision-dialog";
import { useDecision } from "~/routes/_staff/decide/use-decision";
import { useHasRole } from "~/routes/_staff/frame-data";
import { Button } from "~/ui/button";

type PayerStepsProps = {
  payer: DescribedPayer;
  users: { userId: string; label: string; why: string }[];
  isOpen: boolean;
};

/** A payer is linked to its user, or is no customer of this application. */
export function PayerSteps({ payer, users, isOpen }: PayerStepsProps) {
  const { customerId, email } = payer;
  const [opened, setOpened] = useState<"link_payer" | "payer_not_ours" | null>(null);
  const made = useDecisionMade(customerId);
  const canDecide = useHasRole("operator");
  const subject = {
    ...{ key: customerId, name: email ?? customerId, basedOn: null },
    input: { customerId },
    choices: {
      users: users.map(({ userId, label, why }) => ({ value: userId, label: `${label}, who ${why}` })),
    },
  };
  return (
    <section aria-label="What to do" className="mt-5 space-y-3 rounded border border-line bg-raised p-4">
      {made ? (
        <CaseOutcome outcome={{ kind: "decision", made }} userId={customerId} />
      ) : (
        <div>
          <h2 className="text-text font-semibold">
            {isOpen ? "This needs a decision" : "This case is no longer here"}
          </h2>
          <p className="mt-1 text-quiet">
            {isOpen
              ? "This payer gets access when it is linked to a user."
              : "It was decided or has changed. Choose another one from the list."}
          </p>
        </div>
      )}
      {canDecide ? (
        isOpen && (
          <div className="flex flex-wrap gap-2">
            <Button variant="primary" onClick={() => setOpened("link_payer")}>
              Link to a user…
            </Button>
            <Button onClick={() => setOpened("payer_not_ours")}>Not ours…</Button>
          </div>
        )
      ) : (
        <p className="text-table text-quiet">Only operators and admins can change this.</p>
      )}
      <DecisionDialog kind={opened} subject={subject} onClose={() => setOpened(null)} />
    </section>
  );
}

/** The decision that was made here; what an earlier visit left behind is not new. */
function useDecisionMade(key: string): DecisionMade | null {
  const { answer } = useDecision(key);
  const seen = useRef(answer);
  const [made, setMade] = useState<DecisionMade | null>(null);
  useEffect(() => {
    if (answer?.ok && answer !== seen.current) setMade(answer);
    seen.current = answer;
  }, [answer]);
  return made;
}
