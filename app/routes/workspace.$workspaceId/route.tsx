import { data, type MetaFunction } from "@remix-run/node";
import { type ShouldRevalidateFunctionArgs, useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { withPaymentCheck } from "~/http/with-payment-check.server";
import { CustomerProblem } from "../workspace/customer-problem";
import { Refresh } from "../workspace/refresh";
import { CONFIRMING, isOpen, LATE, SIGNED_OUT } from "../workspace/standing";
import { useFresh } from "../workspace/use-fresh";
import { useLooking } from "../workspace/use-looking";
import type { Pressed, WorkspaceData } from "../workspace/workspace-data";
import { WorkspaceView } from "../workspace/workspace-view";
import { pressedButton } from "./pressed.server";

const params = z.object({ workspaceId: z.string().min(1).max(200) });
/** How often a browser without scripts has looked by itself. */
const search = z.object({ looked: z.coerce.number().int().min(0).max(3).catch(0) });
const form = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("buy"), plan: z.string().min(1).max(200) }),
  z.object({ intent: z.literal("manage") }),
]);

const notYours = () => refusal("not_found", { message: "You have no such workspace." });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data?.page.workspace.name ?? "Your workspace" },
];

export const loader = route.loader(
  { who: "customer", params, search },
  withPaymentCheck(
    ({ customer }) => customer.userId,
    async ({ params, search, customer, parity }): Promise<WorkspaceData & { looked: number }> => {
      const page = await parity.workspace.page({
        workspaceId: params.workspaceId,
        userId: customer.userId,
      });
      // Somebody else's workspace and none at all look the same.
      if (!page) throw notYours();
      const plans = await parity.checkout.plans();
      return { page, plans, available: parity.checkout.available, looked: search.looked };
    },
  ),
);

/** `buy` and `manage` lead to Stripe's pages; the answer says where, or why not. */
export const action = route.action(
  { who: "customer", params, form },
  async ({ params, form, customer, parity, context }) => {
    const { workspaceId } = params;
    const { userId } = customer;
    if ((await parity.workspace.ownerOf(workspaceId)) !== userId) throw notYours();
    const { appUrl } = context.environment;
    const pressed = await pressedButton({ parity, userId, workspaceId, appUrl, button: form });
    return data<Pressed>(pressed, { status: "problem" in pressed ? 409 : 200 });
  },
);

/** A press that was refused may have found out something: who has paid meanwhile, for instance. */
export function shouldRevalidate({ actionStatus, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return defaultShouldRevalidate || actionStatus === 409;
}

export default function Workspace() {
  const { looked, ...workspace } = useLoaderData<typeof loader>();
  const { page } = workspace;
  const pressed = useActionData<typeof action>();
  const waiting = !isOpen(page) && page.checking;
  const looking = useLooking({
    workspaceId: page.workspace.id,
    reason: waiting ? page : null,
    hasPaid: false,
  });
  useFresh({ news: looking === "open" || looking === "settled", whenSeenAgain: !isOpen(page) });
  const late = looking === "late" || looked === 3;
  const meanwhile = looking === "signed_out" ? SIGNED_OUT : waiting ? (late ? LATE : CONFIRMING) : null;
  return (
    <>
      {waiting && <Refresh workspaceId={page.workspace.id} looked={looked} />}
      <WorkspaceView data={workspace} meanwhile={meanwhile} pressed={pressed} />
    </>
  );
}

export function ErrorBoundary() {
  return <CustomerProblem />;
}
