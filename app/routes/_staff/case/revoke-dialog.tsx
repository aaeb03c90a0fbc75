import type { ReactNode } from "react";
import { lacksEvidence } from "~/billing/verdicts/block-reasons";
import { REVIEW_VERDICTS } from "~/billing/verdicts/catalogue";
import { chooseNameToType } from "~/dashboard/decisions/typed-name";
import type { UserView } from "~/dashboard/user-view.server";
import { DecisionDialog } from "../decide/decision-dialog";
import { useDecision } from "../decide/use-decision";

type RevokeDialogProps = {
  user: UserView;
  /** The newest decision that the page shows. */
  basedOn: string | null;
  /** What is taken, where the page knows it. */
  loss?: ReactNode;
  open: boolean;
  onClose: () => void;
};

/**
 * Confirms that access is revoked for one user: an operator where Parity's rules allow it, an admin also where they do not. The name is
 * typed, and only what the dialog has said is overridden.
 */
export function RevokeDialog({ user, basedOn, loss, open, onClose }: RevokeDialogProps) {
  const { answer } = useDecision(user.userId);
  const name = chooseNameToType(user);
  // Where Parity waits for a decision, or when Stripe was read and proves nothing.
  const missing =
    answer !== null && !answer.ok && answer.reason === "evidence_missing" ? answer.message : null;
  const isOverride = missing !== null || REVIEW_VERDICTS.has(user.verdict) || lacksEvidence(user.blocked);
  const warning = missing ?? user.blockedSentence;
  return (
    <DecisionDialog
      kind={open ? (isOverride ? "override" : "revoke") : null}
      subject={{
        ...{ key: user.userId, name, basedOn, choices: {} },
        input: { userId: user.userId },
        typedName: name,
        taken: user.taken ?? "access",
      }}
      description={
        <>
          <p>{user.sentence}</p>
          {loss}
          {warning && <p className="mt-2 text-high">{warning}</p>}
        </>
      }
      onClose={onClose}
    />
  );
}
