import { useState } from "react";
import type { SyncResult } from "~/dashboard/sync-result.server";
import { chooseSteps, type StepId } from "~/dashboard/user-page/next-steps";
import type { ShownUserPage } from "~/dashboard/user-page/shorten";
import { DECISION_KINDS, type DecisionKind } from "~/engine/decisions/kinds";
import { useHasRole } from "~/routes/_staff/frame-data";
import { useShortcut } from "~/ui/keyboard/shortcuts";
import { DecisionDialog } from "../decide/decision-dialog";
import { CaseOutcome } from "./case-outcome";
import { ExpectedLoss } from "./expected-loss";
import { PlannedChanges } from "./planned-changes";
import { RevokeDialog } from "./revoke-dialog";
import { StepButton } from "./step-button";
import { labelStep, STEP_WORDS } from "./step-words";
import { useCase } from "./use-case";

const isDecision = (step: StepId): step is StepId & DecisionKind =>
  DECISION_KINDS.some((kind) => kind === step);

type NextStepProps = {
  page: ShownUserPage;
  /** What the page came back with, where the browser has no scripts. */
  answer: SyncResult | null;
};

/** The one step that the case needs as a button right here, the others beside it, and afterwards what came of it. */
export function NextStep({ page, answer }: NextStepProps) {
  const { user, revokes, canOverride, doublePayment, choices, decisions } = page;
  const { sync, check, isBusy, isStale, failure, ...made } = useCase(user.userId);
  const outcome = made.outcome ?? (answer && { kind: "sync" as const, result: answer });
  const [opened, setOpened] = useState<StepId | null>(null);
  const isOperator = useHasRole("operator");
  const isAdmin = useHasRole("admin");
  const { next, others } = chooseSteps({ ...user, revokes, canOverride, paysTwice: doublePayment !== null });
  const name = user.name ?? user.email;
  const close = () => setOpened(null);
  const take = (step: StepId) => {
    if (isBusy || isStale) return;
    if (step === "sync") sync();
    else if (step === "check") check();
    else setOpened(step);
  };
  useShortcut(
    next === "sync" && isOperator ? { key: "s", label: "Sync this user", run: () => take("sync") } : null,
  );
  const may = (step: StepId) => isAdmin || (isOperator && STEP_WORDS[step].role === "operator");
  const decision = opened !== null && isDecision(opened) ? opened : null;
  const subject = {
    ...{ key: user.userId, name, choices },
    input: { userId: user.userId },
    basedOn: decisions.latest,
  };
  const listed = others.filter(may);
  return (
    <section aria-label="What to do" className="mt-5 space-y-3 rounded border border-line bg-raised p-4">
      {failure !== null && (
        <p role="alert" className="text-table text-critical">
          {failure}
        </p>
      )}
      {outcome && <CaseOutcome outcome={outcome} userId={user.userId} />}
      {!isStale && (next !== null || !outcome) && <PlannedChanges page={page} step={next} />}
      {isOperator ? (
        <div className="flex flex-wrap items-center gap-2">
          {next !== null && may(next) && (
            <StepButton
              userId={user.userId}
              step={next}
              variant={STEP_WORDS[next].isDangerous ? "danger" : "primary"}
              onTake={() => take(next)}
              isBusy={isBusy || isStale}
            >
              {isBusy ? "Reading Stripe…" : labelStep(next, user.taken)}
            </StepButton>
          )}
          {listed.map((step) => (
            <StepButton
              key={step}
              userId={user.userId}
              step={step}
              variant={step === "check" ? "quiet" : "secondary"}
              className={STEP_WORDS[step].isDangerous ? "text-critical" : undefined}
              onTake={() => take(step)}
              isBusy={isBusy || isStale}
            >
              {labelStep(step, user.taken)}
            </StepButton>
          ))}
          <noscript className="text-table text-quiet">
            Decisions need JavaScript here. The command line has them all: npm run parity -- help.
          </noscript>
        </div>
      ) : (
        <p className="text-table text-quiet">Only operators and admins can change this.</p>
      )}
      {next !== null && isOperator && !may(next) && (
        <p className="text-table text-quiet">“{labelStep(next, user.taken)}” needs an admin.</p>
      )}
      <DecisionDialog kind={decision} subject={subject} onClose={close} />
      <RevokeDialog
        user={user}
        basedOn={decisions.latest}
        loss={next === "remove_access" && <ExpectedLoss page={page} />}
        open={opened === "remove_access" || opened === "approve_removal"}
        onClose={close}
      />
    </section>
  );
}
