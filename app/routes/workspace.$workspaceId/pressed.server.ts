import type { CheckoutRefusal, Parity } from "~/facade/parity.server";
import type { Pressed } from "../workspace/workspace-data";
import { workspacePath } from "../workspace/workspace-path";

/** Why there is nowhere to go, as a customer reads it. */
const PROBLEMS: Record<CheckoutRefusal, string> = {
  not_configured: "Plans cannot be bought or changed on this page at the moment.",
  unknown_plan: "This plan is not offered any more. Choose another one.",
  no_such_workspace: "This workspace is not here any more. Open it again from the application.",
  already_paying: "You already have a plan, so nothing was charged. You can change it under Manage billing.",
  just_paid:
    "You have paid already, so nothing more was charged. We are confirming your payment; your workspace opens by itself.",
  being_matched:
    "It looks as if you have paid, so nothing more was charged. We are matching your payment with your workspace.",
  not_checked:
    "We could not check just now whether you have a plan already, so nothing was charged. Try again in a moment.",
  too_many: "You have tried this many times. Nothing was charged. Wait a few minutes, and try again.",
  no_customer: "There is nothing to manage yet.",
  stripe_failed: "The payment page could not be opened just now. Nothing was charged. Try again in a moment.",
};

type PressedOptions = {
  parity: Pick<Parity, "checkout" | "workspace">;
  userId: string;
  workspaceId: string;
  appUrl: string;
  button: { intent: "buy"; plan: string } | { intent: "manage" };
};

/** What a button on the workspace page comes to. */
export async function pressedButton(options: PressedOptions): Promise<Pressed> {
  const { parity, userId, workspaceId, appUrl, button } = options;
  const here = `${appUrl}${workspacePath(workspaceId)}`;
  const page =
    button.intent === "manage"
      ? await parity.checkout.portal({ userId, returnUrl: await wayBack() })
      : await parity.checkout.start({
          userId,
          workspaceId,
          planId: button.plan,
          successUrl: `${here}/welcome?session_id={CHECKOUT_SESSION_ID}`,
          cancelUrl: here,
        });
  return page.ok ? { goTo: page.url } : { problem: PROBLEMS[page.reason] };

  /** Who has an open workspace may have changed their plan: the page after paying looks at once. */
  async function wayBack(): Promise<string> {
    const answer = await parity.workspace.answer({ workspaceId, userId });
    return answer?.workspace.status === "active" ? `${here}/welcome` : here;
  }
}
