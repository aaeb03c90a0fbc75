import { data, type MetaFunction } from "@remix-run/node";
import { type ShouldRevalidateFunctionArgs, useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { pathId } from "~/http/body.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { withPaymentCheck } from "~/http/with-payment-check.server";
import { CustomerErrorPage } from "~/routes/workspace/customer-error-page";
import { MAX_RELOADS, NoScriptRefresh } from "~/routes/workspace/no-script-refresh";
import { CHECKING, CONFIRMING, isOpen, LATE, SIGNED_OUT } from "~/routes/workspace/plan-state";
import { reloadsField } from "~/routes/workspace/reloads.server";
import { usePolling } from "~/routes/workspace/use-polling";
import { useRefresh } from "~/routes/workspace/use-refresh";
import type { ActionResult, WorkspaceData } from "../workspace/workspace-data";
import { WorkspaceView } from "../workspace/workspace-view";
import { runWorkspaceAction } from "./workspace-action.server";

const params = z.object({ workspaceId: pathId });
/** How often a browser without scripts has reloaded the page. */
const search = z.object({ reloads: reloadsField });
const form = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("buy"), plan: z.string().min(1).max(200) }),
  z.object({ intent: z.literal("manage") }),
]);

const workspaceNotFoundResponse = () => errorResponse("not_found", { message: "Workspace not found." });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data?.page.workspace.name ?? "Your workspace" },
];

export const loader = route.loader(
  { who: "customer", params, search },
  withPaymentCheck(
    ({ customer }) => customer.userId,
    async ({ params, search, customer, parity }): Promise<WorkspaceData & { reloads: number }> => {
      const page = await parity.workspace.page({
        workspaceId: params.workspaceId,
        userId: customer.userId,
      });
      // The same answer for another user's workspace and for one that does not exist.
      if (!page) throw workspaceNotFoundResponse();
      const plans = await parity.checkout.plans();
      return { page, plans, available: parity.checkout.available, reloads: search.reloads };
    },
  ),
);

/** `buy` and `manage` open pages of Stripe. The answer is the URL, or the reason why there is none. */
export const action = route.action(
  { who: "customer", params, form },
  async ({ params, form, customer, parity, context }) => {
    const { workspaceId } = params;
    const { userId } = customer;
    if ((await parity.workspace.findOwner(workspaceId)) !== userId) throw workspaceNotFoundResponse();
    const { appUrl } = context.environment;
    const actionResult = await runWorkspaceAction({ parity, userId, workspaceId, appUrl, button: form });
    return data<ActionResult>(actionResult, { status: "problem" in actionResult ? 409 : 200 });
  },
);

/** Also reloads after a rejected action, which may have found a payment that the page does not show yet. */
export function shouldRevalidate({ actionStatus, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return defaultShouldRevalidate || actionStatus === 409;
}

export default function Workspace() {
  const { reloads, ...workspace } = useLoaderData<typeof loader>();
  const { page } = workspace;
  const actionResult = useActionData<typeof action>();
  const isChecking = !isOpen(page) && page.checking;
  const polling = usePolling({
    workspaceId: page.workspace.id,
    reason: isChecking ? page : null,
    hasPaid: false,
  });
  useRefresh({ hasNews: polling === "open" || polling === "still_locked", whenVisibleAgain: !isOpen(page) });
  const isLate = polling === "late" || reloads === MAX_RELOADS;
  const checkState = isLate ? LATE : page.hasPaid ? CONFIRMING : CHECKING;
  const pendingState = polling === "signed_out" ? SIGNED_OUT : isChecking ? checkState : null;
  return (
    <>
      {isChecking && <NoScriptRefresh workspaceId={page.workspace.id} reloads={reloads} />}
      <WorkspaceView data={workspace} pendingState={pendingState} actionResult={actionResult} />
    </>
  );
}

export function ErrorBoundary() {
  return <CustomerErrorPage />;
}
