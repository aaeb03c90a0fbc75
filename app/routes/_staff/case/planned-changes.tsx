import type { Taken } from "~/billing/evaluation/taken";
import { IN_SYNC_VERDICTS } from "~/billing/verdicts/catalogue";
import { formatCount } from "~/billing/words/counts";
import { TAKEN_WORDS } from "~/billing/words/taken-words";
import type { StepId } from "~/dashboard/user-page/next-steps";
import type { ShownUserPage } from "~/dashboard/user-page/shorten";
import { useFrameData } from "~/routes/_staff/frame-data";
import { StripeLink } from "~/routes/_staff/user/stripe-link";
import { shortenId, Value } from "~/ui/copy-id";
import { AllOfUser } from "./all-of-user";

/** More lines than this are folded. */
const SHOWN = 8;

/** What the next step will change, or that nothing is changed before a person decides. */
export function PlannedChanges({ page, step }: { page: ShownUserPage; step: StepId | null }) {
  const { user, plannedChanges, doublePayment, unlisted } = page;
  const isPaused = useFrameData()?.frame.writeMode === "off";
  const isSettled = IN_SYNC_VERDICTS.has(user.verdict);
  if (isSettled && doublePayment !== null && step !== null) return <PaidTwice {...doublePayment} />;
  const shown = plannedChanges.slice(0, SHOWN);
  const rest = plannedChanges.slice(SHOWN);
  return (
    <div>
      <h2 className="text-text font-semibold">
        {chooseTitle(step, { isSettled, changes: plannedChanges.length > 0, taken: user.taken })}
      </h2>
      {plannedChanges.length === 0 ? (
        <p className="mt-1 text-quiet">
          {explainNothing(user.verdict === "not_checked", isSettled, isPaused)}
        </p>
      ) : (
        <>
          <ChangeLines lines={shown} />
          {rest.length > 0 && (
            <details className="mt-1 text-table">
              <summary className="w-fit cursor-pointer rounded py-1 text-accent">
                {formatCount(rest.length + unlisted.plannedChanges)} more
              </summary>
              <ChangeLines lines={rest} />
              {unlisted.plannedChanges > 0 && (
                <AllOfUser userId={user.userId}>
                  and {formatCount(unlisted.plannedChanges)} more: show all
                </AllOfUser>
              )}
            </details>
          )}
        </>
      )}
    </div>
  );
}

/** What Parity cannot end: it never cancels and never refunds. */
function PaidTwice({ customerIds }: { customerIds: string[] }) {
  return (
    <div>
      <h2 className="text-text font-semibold">More than one subscription is being paid</h2>
      <p className="mt-1 text-quiet">
        Cancel or refund in Stripe what is not needed: this case closes when one subscription is left. If it
        is meant so, acknowledge it.
      </p>
      <p className="flex flex-wrap gap-x-4">
        {customerIds.map((customerId) => (
          <StripeLink key={customerId} customerId={customerId}>
            {customerIds.length === 1
              ? "Open the payer in Stripe"
              : `Open ${shortenId(customerId)} in Stripe`}
          </StripeLink>
        ))}
      </p>
    </div>
  );
}

function ChangeLines({ lines }: { lines: string[] }) {
  return (
    <ul className="mt-1 list-disc space-y-0.5 pl-5 tabular-nums marker:text-faint">
      {lines.map((line) => (
        <li key={line}>
          <Value>{line}</Value>
        </li>
      ))}
    </ul>
  );
}

type Known = { isSettled: boolean; changes: boolean; taken: Taken | null };

function chooseTitle(step: StepId | null, { isSettled, changes, taken }: Known): string {
  if (isSettled) return step === "release" ? "On hold, and nothing differs" : "Nothing to do";
  if (step === null) return "Nothing is waiting here";
  if (step === "sync") return changes ? "Sync will change" : "Sync reads Stripe first";
  if (step === "remove_access" || step === "approve_removal") return TAKEN_WORDS[taken ?? "access"].title;
  return "This needs a decision";
}

function explainNothing(isUnchecked: boolean, isSettled: boolean, isPaused: boolean): string {
  if (isSettled) return "The record is as it should be.";
  if (isPaused) return "Repairs are paused: nothing is changed until an admin turns them on.";
  if (isUnchecked) return "What is to be changed is known when Stripe has been read.";
  return "Sync cannot fix this. Nothing is changed until a person decides.";
}
