import type { MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { z } from "zod";
import { EMPTY_QUERY } from "~/dashboard/users-list/users-query";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { EmptyState } from "~/ui/empty-state";
import { PageHeader } from "~/ui/page-header";
import { useHasRole } from "../_staff/frame-data";
import { Revocation } from "./revocation";

const search = z.object({ after: z.string().max(2000).optional().catch(undefined) });
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

export default function Revocations() {
  const { users, next } = useLoaderData<typeof loader>();
  const canApprove = useHasRole("admin");
  useFocusAfter(users);
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

/** The line that was decided is gone, and with it the button that had the focus: Tab would begin at the top of the page. */
function useFocusAfter(users: readonly unknown[]) {
  const before = useRef(users);
  useEffect(() => {
    if (before.current === users) return;
    before.current = users;
    if (document.activeElement === document.body)
      document.getElementById("main")?.focus({ preventScroll: true });
  }, [users]);
}
