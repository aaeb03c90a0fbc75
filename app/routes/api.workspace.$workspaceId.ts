import { z } from "zod";
import { pathId } from "~/http/body.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { withPaymentCheck } from "~/http/with-payment-check.server";

/** A workspace as its owner may see it, for the application. It never waits for Stripe. */
export const loader = route.loader(
  { who: "customer", params: z.object({ workspaceId: pathId }) },
  withPaymentCheck(
    ({ customer }) => customer.userId,
    async ({ params, customer, parity }) => {
      const answer = await parity.workspace.answer({
        workspaceId: params.workspaceId,
        userId: customer.userId,
      });
      // The same answer for another user's workspace and for one that does not exist.
      if (!answer) throw errorResponse("not_found", { message: "Workspace not found." });
      const { seats, ...workspace } = answer.workspace;
      // Applications know seats by the name of their own column.
      return Response.json({ ...answer, workspace: { ...workspace, soldiers: seats } });
    },
  ),
);
