import type { MetaFunction } from "@remix-run/node";
import { useLoaderData, useLocation } from "@remix-run/react";
import { z } from "zod";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { CustomerProblem } from "../workspace/customer-problem";
import { Refresh } from "../workspace/refresh";
import { CONFIRMING, isOpen, LATE, SIGNED_OUT, type Standing } from "../workspace/standing";
import { useFresh } from "../workspace/use-fresh";
import { useLooking } from "../workspace/use-looking";
import type { WorkspaceData } from "../workspace/workspace-data";
import { WorkspaceView } from "../workspace/workspace-view";
import { useArrival } from "./use-arrival";

const params = z.object({ workspaceId: z.string().min(1).max(200) });
/** What Stripe filled in. Another shape is no session, and the page does without it. */
const search = z.object({
  session_id: z
    .string()
    .regex(/^cs_\w{1,250}$/)
    .nullable()
    .catch(null),
});

const NOT_YOURS: Standing = {
  title: "We could not match this payment",
  text: "Your payment is safe. It may have been made for another account of yours: then open that account’s workspace from the application.",
  offer: "workspace",
};

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data?.page.workspace.name ?? "Your workspace" },
];

/** The page that Stripe sends a customer back to: drawn at once, everything else happens behind it. */
export const loader = route.loader(
  { who: "customer", params, search },
  async ({ params, search, customer, parity }): Promise<WorkspaceData & { sessionId: string | null }> => {
    const page = await parity.workspace.page({ workspaceId: params.workspaceId, userId: customer.userId });
    if (!page) throw refusal("not_found", { message: "You have no such workspace." });
    const plans = await parity.checkout.plans();
    return { page, plans, available: parity.checkout.available, sessionId: search.session_id };
  },
);

export default function Welcome() {
  const { sessionId, ...workspace } = useLoaderData<typeof loader>();
  const { page } = workspace;
  const location = useLocation();
  const arrival = useArrival(sessionId, location.key);
  const open = isOpen(page);
  const isLooking = !open && (arrival.state === "look" || arrival.state === "arrived");
  const looking = useLooking({
    workspaceId: page.workspace.id,
    reason: isLooking ? arrival : null,
    hasPaid: true,
  });
  useFresh({ news: arrival.state === "arrived" || looking === "open", whenSeenAgain: !open });
  return (
    <>
      {!open && <Refresh workspaceId={page.workspace.id} looked={0} />}
      <WorkspaceView
        data={workspace}
        meanwhile={open ? null : meanwhileOf(arrival.state, looking)}
        again={`${location.pathname}${location.search}`}
      />
    </>
  );
}

type Arrival = ReturnType<typeof useArrival>["state"];
type Looking = ReturnType<typeof useLooking>;

function meanwhileOf(arrival: Arrival, looking: Looking): Standing | null {
  if (arrival === "signed_out" || looking === "signed_out") return SIGNED_OUT;
  if (arrival === "not_yours") return NOT_YOURS;
  return looking === "late" ? LATE : CONFIRMING;
}

export function ErrorBoundary() {
  return <CustomerProblem />;
}
