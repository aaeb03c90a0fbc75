import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { Comparison } from "./comparison";
import { Links } from "./links";
import { Subscriptions } from "./subscriptions";
import { SyncPanel } from "./sync-panel";
import { Timeline } from "./timeline";
import { UserHeader } from "./user-header";

const params = z.object({ userId: z.string().min(1).max(200) });
const form = z.object({ intent: z.enum(["sync", "preview"]) });

const userNotFoundResponse = () => errorResponse("not_found", { message: "User not found." });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? (data.page.user.name ?? data.page.user.email) : "User"} · Parity` },
];

export const loader = route.loader({ who: "staff", role: "viewer", params }, async ({ params, parity }) => {
  const page = await parity.userPage(params.userId);
  if (!page) throw userNotFoundResponse();
  return { page };
});

/** `sync` reads Stripe and repairs. `preview` reads Stripe and changes nothing. */
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
    const result = await parity.syncUser({ userId, actor, signal: request.signal });
    if (!result) throw userNotFoundResponse();
    return result;
  },
);

export default function User() {
  const { page } = useLoaderData<typeof loader>();
  return (
    <>
      <UserHeader user={page.user} />
      <SyncPanel page={page} />
      <Comparison lines={page.comparison} />
      <Subscriptions subscriptions={page.subscriptions} />
      <Links links={page.links} possibleMatches={page.possibleMatches} />
      <Timeline entries={page.timeline} />
    </>
  );
}
