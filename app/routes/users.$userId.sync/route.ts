import { z } from "zod";
import { pathId } from "~/http/body.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { syncForm, syncOrCheck } from "~/routes/_staff/user/sync-or-check.server";

const params = z.object({ userId: pathId });

/** What the page of the user does too, as an answer that a page reads without leaving the list. */
export const action = route.action(
  { who: "staff", role: "operator", params, form: syncForm },
  async ({ params, form, parity, staff, request }) => {
    const result = await syncOrCheck(parity, { ...params, form, staffId: staff.id, signal: request.signal });
    if (!result) throw errorResponse("not_found", { message: "User not found." });
    return Response.json(result);
  },
);
