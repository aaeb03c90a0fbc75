import { data, type MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { EMPTY_QUERY } from "~/dashboard/users-list/users-query";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { EmptyState } from "~/ui/empty-state";
import { PageHead } from "~/ui/page-head";
import { useMay } from "../_staff/frame-data";
import { needsReason } from "./evidence";
import { Revocation } from "./revocation";

const search = z.object({ after: z.string().max(2000).optional().catch(undefined) });
const form = z.object({
  userId: z.string().min(1).max(200),
  typed: z.string().trim().max(400),
  reason: z.string().trim().max(1000).optional(),
});

export const meta: MetaFunction = () => [{ title: "Revocations · Parity" }];

export const loader = route.loader({ who: "staff", role: "viewer", search }, async ({ search, parity }) => {
  const page = await parity.users.page({
    ...EMPTY_QUERY,
    flags: ["not_revoked"],
    page: search.after ? { side: "after", cursor: search.after } : null,
  });
  if (!page.ok)
    throw refusal("bad_search", { message: "This page of the list is not there. Begin at the first page." });
  return { users: await parity.views(page.ids), next: page.next };
});

/** One revocation, confirmed by name; where evidence is missing, only with a reason. */
export const action = route.action(
  { who: "staff", role: "admin", form },
  async ({ form, parity, staff, request }) => {
    const [user] = await parity.views([form.userId]);
    if (!user) throw refusal("not_found", { message: "There is no user with this id." });
    if (form.typed !== (user.name ?? user.email))
      return data({ problem: "That is not the name of this customer." }, { status: 400 });
    const override = needsReason(user.blocked);
    const reason = form.reason ?? "";
    if (override && reason === "") return data({ problem: "Say why, for the history." }, { status: 400 });
    const result = await parity.syncUser({
      userId: form.userId,
      actor: { kind: "staff", id: staff.id },
      signal: request.signal,
      confirmedRevocation: { override, reason },
    });
    if (!result) throw refusal("not_found", { message: "There is no user with this id." });
    return { result };
  },
);

export default function Revocations() {
  const { users, next } = useLoaderData<typeof loader>();
  const mayConfirm = useMay("admin");
  return (
    <>
      <PageHead
        title="Revocations"
        below="Repairs that would take access away, and that were not made by themselves. Nothing here happens without an admin."
      />
      <div className="border-t border-line">
        {users.length === 0 ? (
          <EmptyState title="No revocation waits">
            Whatever a sync would not take away by itself is listed here.
          </EmptyState>
        ) : (
          <ul>
            {users.map((user) => (
              <Revocation key={user.userId} user={user} mayConfirm={mayConfirm} />
            ))}
          </ul>
        )}
      </div>
      {next && (
        <p className="py-3 text-end">
          <Link
            to={`?${new URLSearchParams({ after: next })}`}
            className="rounded text-table text-accent hover:underline"
          >
            More revocations
          </Link>
        </p>
      )}
    </>
  );
}
