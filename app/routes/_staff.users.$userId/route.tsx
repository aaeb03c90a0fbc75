import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { UserCase } from "~/routes/_staff/case/user-case";
import { ListNavigation } from "./list-navigation";

const params = z.object({ userId: z.string().min(1).max(200) });
const form = z.object({
  intent: z.enum(["sync", "preview"]),
  reason: z.string().trim().min(1).max(1000).optional(),
});

const userNotFoundResponse = () => errorResponse("not_found", { message: "User not found." });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? (data.page.user.name ?? data.page.user.email) : "User"} · Parity` },
];

export const loader = route.loader({ who: "staff", role: "viewer", params }, async ({ params, parity }) => {
  const page = await parity.userPage(params.userId);
  if (!page) throw userNotFoundResponse();
  return { page };
});

/** `sync` reads Stripe and repairs; it takes access only for a typed reason. `preview` reads Stripe and changes nothing. */
export const action = route.action(
  { who: "staff", role: "operator", params, form },
  async ({ params, form, parity, staff, request }) => {
    const { userId } = params;
    const actor = { kind: "staff" as const, id: staff.id };
    if (form.intent === "preview") {
      if (!(await parity.previewUser({ userId, actor, signal: request.signal })))
        throw userNotFoundResponse();
      return null;
    }
    const result = await parity.syncUser({
      ...{ userId, actor, signal: request.signal },
      typedReason: form.reason,
      grantOnly: form.reason === undefined,
    });
    if (!result) throw userNotFoundResponse();
    return result;
  },
);

export default function User() {
  const { page } = useLoaderData<typeof loader>();
  return (
    <>
      <ListNavigation userId={page.user.userId} />
      <UserCase key={page.user.userId} page={page} isPage />
    </>
  );
}
