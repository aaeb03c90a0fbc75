import { data, type MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { lacksEvidence } from "~/billing/verdicts/block-reasons";
import { EMPTY_QUERY } from "~/dashboard/users-list/users-query";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { EmptyState } from "~/ui/empty-state";
import { PageHeader } from "~/ui/page-header";
import { useHasRole } from "../_staff/frame-data";
import { Revocation } from "./revocation";

const search = z.object({ after: z.string().max(2000).optional().catch(undefined) });
const form = z.object({
  userId: z.string().min(1).max(200),
  typed: z.string().trim().max(400),
  reason: z.string().trim().max(1000).default(""),
  /** The dialog has said that evidence is missing. */
  override: z.literal("1").optional(),
});

export const meta: MetaFunction = () => [{ title: "Pending revocations · Parity" }];

export const loader = route.loader({ who: "staff", role: "viewer", search }, async ({ search, parity }) => {
  const page = await parity.users.loadPage({
    ...EMPTY_QUERY,
    flags: ["not_revoked"],
    page: search.after ? { side: "after", cursor: search.after } : null,
  });
  if (!page.ok)
    throw errorResponse("bad_search", { message: "This page does not exist. Go back to the first page." });
  return { users: await parity.views(page.ids), next: page.next };
});

/** Revokes access for one user. The admin types the name and a reason; missing evidence is overridden only when the dialog said so. */
export const action = route.action(
  { who: "staff", role: "admin", form },
  async ({ form, parity, staff, request }) => {
    const [user] = await parity.views([form.userId]);
    if (!user) throw errorResponse("not_found", { message: "User not found." });
    if (form.typed.toLowerCase() !== (user.name ?? user.email).trim().toLowerCase())
      return data({ problem: "The name does not match." }, { status: 400 });
    const { reason } = form;
    if (reason === "") return data({ problem: "Enter a reason." }, { status: 400 });
    const approve = async (override: boolean) => {
      const result = await parity.syncUser({
        userId: form.userId,
        actor: { kind: "staff", id: staff.id },
        signal: request.signal,
        approval: { override, reason },
      });
      if (!result) throw errorResponse("not_found", { message: "User not found." });
      return result;
    };
    // What Stripe says now decides whether evidence is missing.
    const result = await approve(false);
    if (!lacksEvidence(result.blocked)) return { result };
    if (!form.override)
      return data(
        {
          problem: `${result.message} Confirm again, with a reason for the override, to revoke it all the same.`,
          lacksEvidence: true,
        },
        { status: 400 },
      );
    return { result: await approve(true) };
  },
);

export default function Revocations() {
  const { users, next } = useLoaderData<typeof loader>();
  const canApprove = useHasRole("admin");
  return (
    <>
      <PageHeader
        title="Pending revocations"
        description="Parity did not revoke access automatically in these cases. An admin must approve each one."
      />
      <div className="border-t border-line">
        {users.length === 0 ? (
          <EmptyState title="No pending revocations">
            Revocations that need an admin’s approval are listed here.
          </EmptyState>
        ) : (
          <ul>
            {users.map((user) => (
              <Revocation key={user.userId} user={user} canApprove={canApprove} />
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
            Next page
          </Link>
        </p>
      )}
    </>
  );
}
