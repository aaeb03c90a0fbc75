import type { ReactNode } from "react";
import type { StepId } from "~/dashboard/user-page/next-steps";
import { StepForm } from "~/routes/_staff/user/step-form";
import { Button, type ButtonVariant } from "~/ui/button";

type StepButtonProps = {
  userId: string;
  step: StepId;
  variant: ButtonVariant;
  className?: string | undefined;
  onTake: () => void;
  isBusy: boolean;
  children: ReactNode;
};

/** The button of a step. What opens no dialog works without scripts too; the others are not shown there. */
export function StepButton({ userId, step, onTake, isBusy, ...rest }: StepButtonProps) {
  const state = { "data-step": step, "aria-disabled": isBusy, "aria-busy": isBusy };
  if (step !== "sync" && step !== "check") return <Button {...rest} {...state} onClick={onTake} />;
  return (
    <StepForm userId={userId} intent={step === "sync" ? "sync" : "preview"} onSubmit={onTake}>
      <Button {...rest} {...state} type="submit" />
    </StepForm>
  );
}
