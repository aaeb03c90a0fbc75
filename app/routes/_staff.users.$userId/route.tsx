import type { MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { ChevronLeft } from "lucide-react";
import { z } from "zod";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { UserCase } from "~/routes/_staff/case/user-case";

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
      <Link
        to="/users"
        className="mb-2 -ml-1 inline-flex min-h-6 items-center gap-0.5 rounded text-table text-quiet hover:text-ink"
      >
        <ChevronLeft className="size-4" aria-hidden="true" />
        Users
      </Link>
      <UserCase page={page} isPage />
    </>
  );
}
