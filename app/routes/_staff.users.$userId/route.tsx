import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { shortenUserPage } from "~/dashboard/user-page/shorten";
import { pathId } from "~/http/body.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { UserCase } from "~/routes/_staff/case/user-case";
import { syncForm, syncOrCheck } from "~/routes/_staff/user/sync-or-check.server";
import { ListNavigation } from "./list-navigation";

/** `all`: also what a page leaves out of a user with very many workspaces. */
const search = z.object({ all: z.string().max(10).optional().catch(undefined) });
const params = z.object({ userId: pathId });
const userNotFoundResponse = () => errorResponse("not_found", { message: "User not found." });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? (data.page.user.name ?? data.page.user.email) : "User"} · Parity` },
];

export const loader = route.loader(
  { who: "staff", role: "viewer", params, search },
  async ({ params, search, parity }) => {
    const page = await parity.userPage(params.userId);
    if (!page) throw userNotFoundResponse();
    return { page: shortenUserPage(page, { isWhole: search.all !== undefined }) };
  },
);

/** For browsers without scripts: the page comes back with what it did. */
export const action = route.action(
  { who: "staff", role: "operator", params, form: syncForm },
  async ({ params, form, parity, staff, request }) => {
    const result = await syncOrCheck(parity, { ...params, form, staffId: staff.id, signal: request.signal });
    if (!result) throw userNotFoundResponse();
    return result;
  },
);

export default function User() {
  const { page } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  return (
    <>
      <ListNavigation userId={page.user.userId} />
      <UserCase key={page.user.userId} page={page} answer={answer} isPage />
    </>
  );
}
