import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { Comparison } from "./comparison";
import { Head } from "./head";
import { Links } from "./links";
import { Subscriptions } from "./subscriptions";
import { SyncPanel } from "./sync-panel";
import { Timeline } from "./timeline";

const params = z.object({ userId: z.string().min(1).max(200) });
const form = z.object({ intent: z.enum(["sync", "look"]) });

const noSuchUser = () => refusal("not_found", { message: "There is no user with this id." });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? (data.page.user.name ?? data.page.user.email) : "User"} · Parity` },
];

export const loader = route.loader({ who: "staff", role: "viewer", params }, async ({ params, parity }) => {
  const page = await parity.userPage(params.userId);
  if (!page) throw noSuchUser();
  return { page };
});

/** `sync` reads Stripe and repairs; `look` reads Stripe and only says what a sync would do. */
export const action = route.action(
  { who: "staff", role: "operator", params, form },
  async ({ params, form, parity, staff, request }) => {
    const { userId } = params;
    const actor = { kind: "staff" as const, id: staff.id };
    if (form.intent === "look") {
      if (!(await parity.previewUser({ userId, actor }))) throw noSuchUser();
      return null;
    }
    const result = await parity.syncUser({ userId, actor, signal: request.signal });
    if (!result) throw noSuchUser();
    return result;
  },
);

export default function User() {
  const { page } = useLoaderData<typeof loader>();
  return (
    <>
      <Head user={page.user} />
      <SyncPanel page={page} />
      <Comparison lines={page.comparison} />
      <Subscriptions subscriptions={page.subscriptions} />
      <Links links={page.links} suggestions={page.suggestions} />
      <Timeline entries={page.timeline} />
    </>
  );
}
