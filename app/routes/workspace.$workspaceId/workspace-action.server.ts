import type { CheckoutRefusal } from "~/customers/customer-views";
import type { Parity } from "~/facade/parity.server";
import type { ActionResult } from "~/routes/workspace/workspace-data";
import { buildWorkspacePath } from "~/routes/workspace/workspace-path";

/** Why the button leads to no page, as a customer reads it. */
const PROBLEMS: Record<CheckoutRefusal, string> = {
  not_configured: "You cannot buy or change a plan on this page right now.",
  unknown_plan: "This plan is no longer available. Choose another plan.",
  no_such_workspace: "This workspace was not found. Open it again from the application.",
  already_paying: "You already have a plan, so you were not charged.",
  just_paid:
    "You have already paid, so you were not charged again. We are confirming your payment. Your workspace opens automatically.",
  being_matched:
    "It looks like you have already paid, so you were not charged again. We are matching your payment to your workspace.",
  not_checked:
    "We could not check whether you already have a plan, so you were not charged. Try again in a moment.",
  too_many: "Too many attempts. You were not charged. Wait a few minutes and try again.",
  no_customer: "There are no billing details to manage.",
  stripe_failed: "The payment page could not be opened. You were not charged. Try again in a moment.",
  stripe_refused:
    "The payment page cannot be opened right now, and trying again will not help. You were not charged.",
};

/** The texts that differ when the button is Manage billing, which charges nothing. */
const BILLING_PROBLEMS: Partial<Record<CheckoutRefusal, string>> = {
  being_matched: "We are checking which payment is yours. You can manage your billing when that is done.",
  stripe_failed: "The billing page could not be opened. Try again in a moment.",
  stripe_refused: "The billing page cannot be opened right now, and trying again will not help.",
};

type WorkspaceActionOptions = {
  parity: Pick<Parity, "checkout" | "workspace">;
  userId: string;
  workspaceId: string;
  appUrl: string;
  button: { intent: "buy"; plan: string } | { intent: "manage" };
};

/** Opens Stripe's payment page (`buy`) or billing page (`manage`) for a button on the workspace page. */
export async function runWorkspaceAction(options: WorkspaceActionOptions): Promise<ActionResult> {
  const { parity, userId, workspaceId, appUrl, button } = options;
  const workspaceUrl = `${appUrl}${buildWorkspacePath(workspaceId)}`;
  const page =
    button.intent === "manage"
      ? await parity.checkout.portal({ userId, returnUrl: await chooseReturnUrl() })
      : await parity.checkout.start({
          userId,
          workspaceId,
          planId: button.plan,
          successUrl: `${workspaceUrl}/welcome?session_id={CHECKOUT_SESSION_ID}`,
          cancelUrl: workspaceUrl,
        });
  if (page.ok) return { redirectTo: page.url };
  const problem = button.intent === "manage" ? BILLING_PROBLEMS[page.reason] : undefined;
  return {
    problem: problem ?? PROBLEMS[page.reason],
    ...(page.reason === "stripe_refused" && { needsHelp: true }),
  };

  /** The owner of an open workspace may change their plan there, so they return to the page that syncs at once. */
  async function chooseReturnUrl(): Promise<string> {
    const answer = await parity.workspace.answer({ workspaceId, userId });
    return answer?.workspace.status === "active" ? `${workspaceUrl}/welcome` : workspaceUrl;
  }
}
