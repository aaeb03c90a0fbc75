import type { MetaFunction } from "@remix-run/node";
import { useLoaderData, useLocation } from "@remix-run/react";
import { z } from "zod";
import { pathId } from "~/http/body.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { CustomerErrorPage } from "~/routes/workspace/customer-error-page";
import { NoScriptRefresh } from "~/routes/workspace/no-script-refresh";
import { CONFIRMING, isOpen, LATE, type PlanState, SIGNED_OUT } from "~/routes/workspace/plan-state";
import { reloadsField } from "~/routes/workspace/reloads.server";
import { type PollingState, usePolling } from "~/routes/workspace/use-polling";
import { useRefresh } from "~/routes/workspace/use-refresh";
import type { WorkspaceData } from "../workspace/workspace-data";
import { WorkspaceView } from "../workspace/workspace-view";
import { useArrival } from "./use-arrival";

const params = z.object({ workspaceId: pathId });
/** Stripe fills in the session id. A value of another shape is ignored. */
const search = z.object({
  session_id: z
    .string()
    .regex(/^cs_\w{1,250}$/)
    .nullable()
    .catch(null),
  reloads: reloadsField,
});

type WelcomeData = WorkspaceData & { sessionId: string | null; reloads: number };

const NOT_YOURS: PlanState = {
  title: "We could not match this payment",
  text: "Your payment is safe. It may belong to another account of yours. Open that account’s workspace from the application.",
  offer: "workspace",
};

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data?.page.workspace.name ?? "Your workspace" },
];

/** The page to which Stripe returns a customer. It is rendered at once; the sync starts in the browser. */
export const loader = route.loader(
  { who: "customer", params, search },
  async ({ params, search, customer, parity }): Promise<WelcomeData> => {
    const page = await parity.workspace.page({ workspaceId: params.workspaceId, userId: customer.userId });
    if (!page) throw errorResponse("not_found", { message: "Workspace not found." });
    const plans = await parity.checkout.plans();
    return {
      page,
      plans,
      available: parity.checkout.available,
      sessionId: search.session_id,
      reloads: search.reloads,
    };
  },
);

export default function Welcome() {
  const { sessionId, reloads, ...workspace } = useLoaderData<typeof loader>();
  const { page } = workspace;
  const location = useLocation();
  const arrival = useArrival(sessionId, location.key);
  const open = isOpen(page);
  const shouldPoll = !open && (arrival.state === "unknown" || arrival.state === "arrived");
  const polling = usePolling({
    workspaceId: page.workspace.id,
    reason: shouldPoll ? arrival : null,
    hasPaid: true,
  });
  useRefresh({ hasNews: arrival.state === "arrived" || polling === "open", whenVisibleAgain: !open });
  return (
    <>
      {!open && <NoScriptRefresh workspaceId={page.workspace.id} reloads={reloads} sessionId={sessionId} />}
      <WorkspaceView
        data={workspace}
        pendingState={open ? null : choosePendingState(arrival.state, polling)}
        recheckPath={`${location.pathname}${location.search}`}
      />
    </>
  );
}

type ArrivalState = ReturnType<typeof useArrival>["state"];

function choosePendingState(arrival: ArrivalState, polling: PollingState): PlanState | null {
  if (arrival === "signed_out" || polling === "signed_out") return SIGNED_OUT;
  if (arrival === "not_yours") return NOT_YOURS;
  return polling === "late" ? LATE : CONFIRMING;
}

export function ErrorBoundary() {
  return <CustomerErrorPage />;
}
