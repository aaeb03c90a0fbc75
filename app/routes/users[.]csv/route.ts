import { formatAmount } from "~/billing/money";
import type { UserView } from "~/dashboard/user-view.server";
import { parseUsersQuery, type UsersQuery } from "~/dashboard/users-list/users-query";
import type { Parity } from "~/facade/parity.server";
import { createCsvResponse } from "~/http/csv-response.server";
import { route } from "~/http/route.server";

/** The whole list behind the filters of the address as CSV, page by page. Who exported what is kept in the audit. */
export const loader = route.loader(
  { who: "staff", role: "viewer" },
  async ({ request, parity, staff, context }) => {
    const query = { ...parseUsersQuery(new URL(request.url).searchParams), page: null };
    await parity.users.recordExport(staff.id, query);
    context.log.info({ staffId: staff.id, list: "users" }, "list exported");
    return createCsvResponse("users.csv", HEAD, generatePieces(parity, query));
  },
);

async function* generatePieces(parity: Parity, query: UsersQuery) {
  for (let at: UsersQuery["page"] = null; ; ) {
    const page = await parity.users.loadPage({ ...query, page: at });
    if (!page.ok) {
      yield [["The query timed out: the list is not complete"]];
      return;
    }
    yield (await parity.views(page.ids)).map(toCells);
    if (page.next === null) return;
    at = { side: "after", cursor: page.next };
  }
}

const HEAD = [
  "user id",
  "email",
  "name",
  "sync status",
  "flags",
  "Stripe status",
  "Stripe plan",
  "Stripe customer",
  "Stripe subscription",
  "database status",
  "database plan",
  "workspaces",
  "active workspaces",
  "amount per month",
  "currency",
  "since",
  "last checked",
  "explanation",
];

function toCells(user: UserView): string[] {
  const { stripe, database, money } = user;
  const { workspaces } = database;
  return [
    ...[user.userId, user.email, user.name ?? "", user.verdict, user.flags.join(" ")],
    ...[stripe?.status ?? "", stripe?.planName ?? ""],
    ...[stripe?.customerId ?? database.stripeCustomerId ?? "", stripe?.subscriptionId ?? ""],
    ...[database.status ?? "", database.plan ?? ""],
    ...[String(workspaces.length), String(workspaces.filter(({ status }) => status === "active").length)],
    money === null ? "" : formatAmount(money.perMonth, money.currency),
    money?.currency.toUpperCase() ?? "",
    ...[toDate(user.since), toDate(user.observedAt)],
    user.sentence,
  ];
}

const toDate = (seconds: number | null) => (seconds === null ? "" : new Date(seconds * 1000).toISOString());
