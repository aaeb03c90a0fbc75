import { data, type MetaFunction, redirect } from "@remix-run/node";
import { Link, useLoaderData, useLocation, useNavigation, useSearchParams } from "@remix-run/react";
import type { RowSelectionState } from "@tanstack/react-table";
import { Download } from "lucide-react";
import { Suspense, useState } from "react";
import { z } from "zod";
import { pluralize } from "~/billing/words/counts";
import { isInQueue } from "~/dashboard/inbox/queues";
import { BULK_DECISIONS, MOST_DECIDED_AT_ONCE } from "~/dashboard/selections/bulk-decisions";
import { toUserRow } from "~/dashboard/user-page/shorten";
import {
  EMPTY_QUERY,
  hidesUsersWithoutSince,
  isFiltered,
  parseUsersQuery,
  type UsersQuery,
  usersPath,
} from "~/dashboard/users-list/users-query";
import { idParam } from "~/http/body.server";
import { deferIfSlow } from "~/http/defer-if-slow.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { SyncAllButtons } from "~/routes/_staff/run/sync-all-buttons";
import { buildUserPath } from "~/routes/_staff/user/use-sync";
import { ButtonLink, buttonClasses } from "~/ui/button";
import { classNames } from "~/ui/class-names";
import { useDeferred } from "~/ui/deferred";
import { ErrorPage } from "~/ui/error-page";
import { PageHeader } from "~/ui/page-header";
import { lazily } from "~/ui/reach/lazily";
import { useHasRole } from "../_staff/frame-data";
import { useRememberList } from "../_staff/list-memory";
import { EmptyUsers } from "./empty-users";
import { FilterBar } from "./filter-bar";
import { Pagination } from "./pagination";
import { QueryTimeout } from "./query-timeout";
import { SearchHint } from "./search-hint";
import { SortMenu } from "./sort-menu";
import { SummaryChips } from "./summary-chips";
import { useTableLook } from "./table-look";
import { UnclaimedPayers } from "./unclaimed-payers";
import { UnknownValues } from "./unknown-values";
import { useStableRows } from "./use-stable-rows";
import { UsersTable } from "./users-table";
import { ViewOptions } from "./view-options";
import { ViewsMenu } from "./views/views-menu";

/** Loaded once a user is selected: the page stays light before. */
const SelectionBar = lazily(async () => (await import("./selection-bar")).SelectionBar);

export const meta: MetaFunction = () => [{ title: "Users · Parity" }];

/** Slower counts arrive after the rows. */
const COUNTS_WITHIN_MS = 10;

const NO_PAGE = { next: null, previous: null, offset: 0 };

/** Waits for the rows. The counts may arrive later. */
export const loader = route.loader(
  { who: "staff", role: "viewer" },
  async ({ request, parity, log, staff }) => {
    const query = parseUsersQuery(new URL(request.url).searchParams);
    const page = await parity.users.loadPage(query);
    if (!page.ok && page.reason === "bad_cursor")
      throw errorResponse("bad_search", { message: "This page does not exist. Go back to the first page." });
    if (isSearchOnly(query)) {
      const userId = await parity.findUser(query.q);
      if (userId !== null) throw redirect(buildUserPath(userId));
    }
    const countOptions = { log, withinMs: COUNTS_WITHIN_MS };
    const [views, plans, payers, savedViews, count, waiting] = await Promise.all([
      parity.views(page.ok ? page.ids : []),
      parity.users.listPlans(),
      query.page ? [] : parity.findPayers(query.q),
      parity.savedViews.list(staff.id),
      deferIfSlow(parity.users.countCached(query), countOptions),
      deferIfSlow(parity.inbox.listedCounts(), countOptions),
    ]);
    const { next, previous, offset } = page.ok ? page : NO_PAGE;
    const hasTimedOut = !page.ok;
    // The list is found by what was stored, and shows what is true now: both must agree.
    const users = views.filter(
      (user) =>
        (query.verdicts.length === 0 || query.verdicts.includes(user.verdict)) &&
        (query.queue === null || isInQueue(query.queue, user)),
    );
    return {
      query,
      users: users.map(toUserRow),
      changed: views.length - users.length,
      plans,
      savedViews,
      payerIds: payers.map(({ customerId }) => customerId),
      hasTimedOut,
      next,
      previous,
      offset,
      count: count.value,
      waiting: waiting.value,
    };
  },
);

/** A search and nothing else: what names exactly one user opens that user. */
const isSearchOnly = (query: UsersQuery) =>
  query.q !== "" && query.page === null && !isFiltered({ ...query, q: EMPTY_QUERY.q });

const selected = z.union([z.literal("all"), z.string().max(60_000).transform(parseIds)]);
const form = z.object({
  intent: z.enum(["preview", ...BULK_DECISIONS]),
  users: selected,
  reason: z.string().trim().max(500).default(""),
});

/** An address of a page that is not there any more leads back to the list, with its filters. */
export function ErrorBoundary() {
  const [search] = useSearchParams();
  const first = usersPath(parseUsersQuery(search));
  return (
    <ErrorPage>
      <ButtonLink to={first}>Go to the first page of this list</ButtonLink>
    </ErrorPage>
  );
}

/** The ids of the selected rows, as the page sends them. */
function parseIds(text: string, context: z.RefinementCtx): string[] {
  try {
    return z.array(idParam).min(1).max(200).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: "custom", message: "not a list of users" });
    return z.NEVER;
  }
}

/** Previews a sync of the selected users, or decides the same about each of them. */
export const action = route.action(
  { who: "staff", role: "operator", form },
  async ({ request, form, parity, staff }) => {
    const query = parseUsersQuery(new URL(request.url).searchParams);
    const chosen = form.users === "all" ? { query } : { userIds: form.users };
    const { selectionId, users } = await parity.selections.select({ staffId: staff.id, ...chosen });
    const actor = { kind: "staff", id: staff.id } as const;
    if (form.intent === "preview") {
      const run = await parity.runs.previewSelection({ actor, selectionId });
      parity.runs.drive(run.id);
      return redirect(`/runs/${encodeURIComponent(run.id)}`);
    }
    if (users > MOST_DECIDED_AT_ONCE)
      return data(
        { problem: `At most ${MOST_DECIDED_AT_ONCE} users at once. Narrow the list.` },
        { status: 400 },
      );
    if (form.reason === "" && form.intent !== "release")
      return data({ problem: "Enter a reason." }, { status: 400 });
    const by = { actor, role: staff.role };
    return parity.selections.decide({ selectionId, kind: form.intent, reason: form.reason, by });
  },
);

export default function Users() {
  const { query, plans, savedViews, payerIds, hasTimedOut, changed, waiting, ...pages } =
    useLoaderData<typeof loader>();
  const { state, location } = useNavigation();
  const { key, search } = useLocation();
  const users = useStableRows(pages.users, key);
  const look = useTableLook();
  const total = useDeferred(pages.count, search);
  const [chosen, setChosen] = useState<{ key: string; rows: RowSelectionState; isAll: boolean }>({
    ...{ key, isAll: false },
    rows: {},
  });
  const selection = chosen.key === key ? chosen : { key, rows: {}, isAll: false };
  const userIds = users.flatMap(({ userId }) => (selection.rows[userId] ? [userId] : []));
  const clear = () => setChosen({ key, rows: {}, isAll: false });
  const canWrite = useHasRole("operator");
  const counts = useDeferred(waiting);
  useRememberList({
    path: usersPath(query, { page: query.page }),
    ids: users.map(({ userId }) => userId),
  });
  const isLoading = state === "loading" && location?.pathname === "/users";
  return (
    <>
      <PageHeader title="Users">
        <a
          href={`/users.csv${search}`}
          download
          className={classNames(buttonClasses("quiet"), "max-sm:px-1")}
        >
          <Download className="size-3.5 max-sm:hidden" aria-hidden="true" />
          Export CSV
        </a>
        {canWrite && <SyncAllButtons />}
      </PageHeader>
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
        <SummaryChips counts={counts ?? null} query={query} />
        <div className="flex flex-wrap items-center gap-2 sm:ml-auto">
          <ViewsMenu query={query} views={savedViews} />
          <SortMenu query={query} />
          <ViewOptions look={look} />
        </div>
      </div>
      <UnknownValues query={query} />
      {hidesUsersWithoutSince(query) && (
        <p className="mb-2 text-small text-quiet">Only users with a mismatch are listed in this order.</p>
      )}
      {changed > 0 && (
        <p className="mb-2 text-small text-quiet">
          {pluralize(changed, "user has", "users have")} changed a moment ago and no longer match this filter.
        </p>
      )}
      <div className="border-t border-line">
        {hasTimedOut ? (
          <QueryTimeout query={query} />
        ) : users.length === 0 ? (
          <EmptyUsers query={query} />
        ) : (
          <>
            <UsersTable
              {...{ users, query, isLoading, look }}
              selection={
                canWrite
                  ? {
                      chosen: selection.rows,
                      isAll: selection.isAll,
                      onChange: (rows) => setChosen({ key, rows, isAll: false }),
                    }
                  : null
              }
            />
            {(userIds.length > 0 || selection.isAll) && (
              <Suspense>
                <SelectionBar
                  selection={{ userIds, isAll: selection.isAll }}
                  total={total}
                  onSelectAll={() => setChosen({ ...selection, isAll: true })}
                  onClear={clear}
                />
              </Suspense>
            )}
            <Pagination {...pages} query={query} shown={pages.users.length} />
          </>
        )}
      </div>
    </>
  );
}
