import type { MetaFunction } from "@remix-run/node";
import { Await, Link, useLoaderData, useNavigation } from "@remix-run/react";
import { Suspense } from "react";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { isFiltered, parseUsersQuery } from "~/table/users-query";
import { PageHead } from "~/ui/page-head";
import { useMay } from "../_staff/frame-data";
import { SyncAll } from "../_staff/run/sync-all";
import { FilterBar } from "./filter-bar";
import { Nobody } from "./nobody";
import { Pages } from "./pages";
import { SummaryChips } from "./summary-chips";
import { UsersTable } from "./users-table";

export const meta: MetaFunction = () => [{ title: "Users · Parity" }];

/** Rows come at once; how many there are may follow. */
export const loader = route.loader({ who: "staff", role: "viewer" }, async ({ request, parity, log }) => {
  const query = parseUsersQuery(new URL(request.url).searchParams);
  const page = await parity.users.page(query);
  if (!page.ok)
    throw refusal("bad_search", { message: "This page of the list is not there. Begin at the first page." });
  const optional = <T,>(promise: Promise<T>) =>
    promise.catch((err: unknown) => {
      log.warn({ err }, "users could not be counted");
      return null;
    });
  const count = optional(parity.users.count(query));
  const verdicts = optional(parity.users.verdicts());
  const [users, plans] = await Promise.all([parity.views(page.ids), parity.users.plans()]);
  const { next, previous, offset } = page;
  return { query, users, plans, next, previous, offset, count, verdicts };
});

export default function Users() {
  const { query, users, plans, verdicts, ...pages } = useLoaderData<typeof loader>();
  const { state, location } = useNavigation();
  const mayWrite = useMay("operator");
  const busy = state === "loading" && location?.pathname === "/users";
  return (
    <>
      <PageHead title="Users">{mayWrite && <SyncAll />}</PageHead>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="flex min-w-0 flex-wrap items-center gap-2 max-sm:w-full">
          <FilterBar query={query} plans={plans} />
          {isFiltered(query) && (
            <Link to="/users" className="rounded px-1 text-table text-accent hover:underline">
              Clear filters
            </Link>
          )}
        </div>
        <Suspense fallback={<div className="h-8" />}>
          <Await resolve={verdicts} errorElement={null}>
            {(counts) => counts && <SummaryChips counts={counts} query={query} />}
          </Await>
        </Suspense>
      </div>
      <div className="border-t border-line">
        {users.length === 0 ? (
          <Nobody query={query} />
        ) : (
          <>
            <UsersTable users={users} query={query} busy={busy} />
            <Pages {...pages} query={query} shown={users.length} />
          </>
        )}
      </div>
    </>
  );
}
