import type { MetaFunction } from "@remix-run/node";
import { Link, useLoaderData, useNavigation, useSearchParams } from "@remix-run/react";
import { isFiltered, parseUsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { deferIfSlow } from "~/http/defer-if-slow.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { SyncAllButtons } from "~/routes/_staff/run/sync-all-buttons";
import { ButtonLink } from "~/ui/button";
import { useDeferred } from "~/ui/deferred";
import { ErrorPage } from "~/ui/error-page";
import { PageHeader } from "~/ui/page-header";
import { useHasRole } from "../_staff/frame-data";
import { useRememberList } from "../_staff/list-memory";
import { EmptyUsers } from "./empty-users";
import { FilterBar } from "./filter-bar";
import { Pagination } from "./pagination";
import { QueryTimeout } from "./query-timeout";
import { SearchHint } from "./search-hint";
import { SummaryChips } from "./summary-chips";
import { UnclaimedPayers } from "./unclaimed-payers";
import { UsersTable } from "./users-table";

export const meta: MetaFunction = () => [{ title: "Users · Parity" }];

/** Slower counts arrive after the rows. */
const COUNTS_WITHIN_MS = 10;

const NO_PAGE = { next: null, previous: null, offset: 0 };

/** Waits for the rows. The counts may arrive later. */
export const loader = route.loader({ who: "staff", role: "viewer" }, async ({ request, parity, log }) => {
  const query = parseUsersQuery(new URL(request.url).searchParams);
  const page = await parity.users.loadPage(query);
  if (!page.ok && page.reason === "bad_cursor")
    throw errorResponse("bad_search", { message: "This page does not exist. Go back to the first page." });
  const countOptions = { log, withinMs: COUNTS_WITHIN_MS };
  const [users, plans, payers, count, verdicts] = await Promise.all([
    parity.views(page.ok ? page.ids : []),
    parity.users.listPlans(),
    query.page ? [] : parity.findPayers(query.q),
    deferIfSlow(parity.users.countCached(query), countOptions),
    deferIfSlow(parity.users.countVerdictsCached(), countOptions),
  ]);
  const { next, previous, offset } = page.ok ? page : NO_PAGE;
  const hasTimedOut = !page.ok;
  return {
    query,
    users,
    plans,
    payerIds: payers.map(({ customerId }) => customerId),
    hasTimedOut,
    next,
    previous,
    offset,
    count: count.value,
    verdicts: verdicts.value,
  };
});

/** An address of a page that is not there any more leads back to the list, with its filters. */
export function ErrorBoundary() {
  const [search] = useSearchParams();
  const first = usersPath(parseUsersQuery(search));
  return (
    <>
      <ErrorPage />
      <ButtonLink to={first}>Go to the first page of this list</ButtonLink>
    </>
  );
}

export default function Users() {
  const { query, users, plans, payerIds, hasTimedOut, verdicts, ...pages } = useLoaderData<typeof loader>();
  const { state, location } = useNavigation();
  const canWrite = useHasRole("operator");
  const counts = useDeferred(verdicts);
  useRememberList({
    path: usersPath(query, { page: query.page }),
    ids: users.map(({ userId }) => userId),
  });
  const isLoading = state === "loading" && location?.pathname === "/users";
  return (
    <>
      <PageHeader title="Users">{canWrite && <SyncAllButtons />}</PageHeader>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="flex min-w-0 flex-wrap items-center gap-2 max-sm:w-full">
          <FilterBar query={query} plans={plans} />
          {isFiltered(query) && (
            <Link to="/users" className="rounded px-1 text-table text-accent hover:underline">
              Clear filters
            </Link>
          )}
          <SearchHint query={query} />
          <UnclaimedPayers customerIds={payerIds} />
        </div>
        {counts ? <SummaryChips counts={counts} query={query} /> : <div className="h-8" />}
      </div>
      <div className="border-t border-line">
        {hasTimedOut ? (
          <QueryTimeout query={query} />
        ) : users.length === 0 ? (
          <EmptyUsers query={query} />
        ) : (
          <>
            <UsersTable users={users} query={query} isLoading={isLoading} />
            <Pagination {...pages} query={query} shown={users.length} />
          </>
        )}
      </div>
    </>
  );
}
