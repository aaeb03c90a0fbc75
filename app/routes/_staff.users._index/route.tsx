import type { MetaFunction } from "@remix-run/node";
import { Link, useLoaderData, useNavigation } from "@remix-run/react";
import { isFiltered, parseUsersQuery } from "~/dashboard/users-list/users-query";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { soon } from "~/http/soon.server";
import { useFollowed } from "~/ui/followed";
import { PageHead } from "~/ui/page-head";
import { useMay } from "../_staff/frame-data";
import { SyncAll } from "../_staff/run/sync-all";
import { FilterBar } from "./filter-bar";
import { Nobody } from "./nobody";
import { Pages } from "./pages";
import { SearchHint } from "./search-hint";
import { SummaryChips } from "./summary-chips";
import { TooSlow } from "./too-slow";
import { UsersTable } from "./users-table";

export const meta: MetaFunction = () => [{ title: "Users · Parity" }];

/** Counts that take longer follow the rows. */
const COUNTS_WITHIN_MS = 10;

const NO_PAGE = { next: null, previous: null, offset: 0 };

/** Rows come at once; how many there are may follow. */
export const loader = route.loader({ who: "staff", role: "viewer" }, async ({ request, parity, log }) => {
  const query = parseUsersQuery(new URL(request.url).searchParams);
  const page = await parity.users.page(query);
  if (!page.ok && page.reason === "bad_cursor")
    throw refusal("bad_search", { message: "This page of the list is not there. Begin at the first page." });
  const beside = { log, withinMs: COUNTS_WITHIN_MS };
  const [users, plans, count, verdicts] = await Promise.all([
    parity.views(page.ok ? page.ids : []),
    parity.users.plans(),
    soon(parity.users.countBeside(query), beside),
    soon(parity.users.verdictsBeside(), beside),
  ]);
  const { next, previous, offset } = page.ok ? page : NO_PAGE;
  const tooSlow = !page.ok;
  return {
    query,
    users,
    plans,
    tooSlow,
    next,
    previous,
    offset,
    count: count.value,
    verdicts: verdicts.value,
  };
});

export default function Users() {
  const { query, users, plans, tooSlow, verdicts, ...pages } = useLoaderData<typeof loader>();
  const { state, location } = useNavigation();
  const mayWrite = useMay("operator");
  const counts = useFollowed(verdicts);
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
          <SearchHint query={query} />
        </div>
        {counts ? <SummaryChips counts={counts} query={query} /> : <div className="h-8" />}
      </div>
      <div className="border-t border-line">
        {tooSlow ? (
          <TooSlow query={query} />
        ) : users.length === 0 ? (
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
