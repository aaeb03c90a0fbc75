import { z } from "zod";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { withPaymentCheck } from "~/http/with-payment-check.server";

/** A workspace as its owner may see it, for the customer-facing application. Never waits for Stripe. */
export const loader = route.loader(
  { who: "customer", params: z.object({ workspaceId: z.string().min(1).max(200) }) },
  withPaymentCheck(
    ({ customer }) => customer.userId,
    async ({ params, customer, parity }) => {
      const answer = await parity.workspace.answer({
        workspaceId: params.workspaceId,
        userId: customer.userId,
      });
      // Somebody else's workspace and none at all look the same.
      if (!answer) throw refusal("not_found", { message: "You have no such workspace." });
      return Response.json(answer);
    },
  ),
);
