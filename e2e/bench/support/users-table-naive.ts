import { NONE } from "../../../app/dashboard/users-list/filters";
import type { UsersQuery } from "../../../app/dashboard/users-list/users-query";
import type { Database } from "../../../app/platform/client.server";
import { join, raw, type Sql, sql } from "../../../app/platform/sql.server";

// The usual way to list, for comparison: one join, ILIKE on both columns, and OFFSET for the depth.

const ORDER: Record<UsersQuery["sort"], string[]> = {
  severity: [`s."severity" DESC NULLS LAST`, `s."since" ASC NULLS LAST`],
  since: [`s."since" ASC NULLS LAST`],
  email: [`u."email" ASC`],
  name: [`u."name" ASC NULLS LAST`],
  checked: [`s."observedAt" ASC NULLS FIRST`],
  money: [`s."moneyCurrency" ASC NULLS LAST`, `s."moneyPerMonth" DESC NULLS LAST`],
};

const reverseOrder = (order: string): string =>
  order.replace(
    /ASC|DESC|FIRST|LAST/g,
    (word) => ({ ASC: "DESC", DESC: "ASC", FIRST: "LAST", LAST: "FIRST" })[word] ?? word,
  );

/** One page, `page` pages deep. */
export async function loadNaivePage(db: Database, query: UsersQuery, page: number): Promise<number> {
  const orders = [...ORDER[query.sort], `u."id" ASC`].map((one) =>
    raw(query.reversed ? reverseOrder(one) : one),
  );
  const rows = await db.$queryRaw<unknown[]>`
    SELECT u."id" FROM app."User" u LEFT JOIN parity."SyncStatus" s ON s."userId" = u."id" WHERE ${buildConditions(query)}
    ORDER BY ${join(orders)} OFFSET ${page * 50}::int LIMIT 50`;
  return rows.length;
}

function buildConditions({ q, verdicts, flags, plans, statuses, checked, blocked }: UsersQuery): Sql {
  const infix = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
  const matchAny = (columns: Sql[], values: string[]) => {
    const any = columns.map((column) => sql`${column} = ANY(${values}::text[])`);
    const none = columns.map((column) => sql`${column} IS NULL`);
    const named = sql`(${join(any, " OR ")})`;
    return values.includes(NONE) ? sql`(${named} OR (${join(none, " AND ")}))` : named;
  };
  const observed = {
    never: sql`s."observedAt" IS NULL`,
    hour: sql`s."observedAt" >= now() - interval '1 hour'`,
    day: sql`s."observedAt" >= now() - interval '1 day'`,
    stale: sql`s."observedAt" < now() - interval '1 day'`,
  };
  const all = [
    sql`true`,
    ...(q
      ? [
          sql`(u."email" ILIKE ${infix} OR u."name" ILIKE ${infix} OR u."id" = ${q} OR u."stripeCustomerId" = ${q})`,
        ]
      : []),
    ...(verdicts.length > 0 ? [sql`coalesce(s."verdict", 'not_checked') = ANY(${verdicts}::text[])`] : []),
    ...(flags.length > 0 ? [sql`s."flags" && ${flags}::text[]`] : []),
    ...(plans.length > 0 ? [matchAny([sql`u."plan"`, sql`s."stripePlan"`], plans)] : []),
    ...(statuses.length > 0 ? [matchAny([sql`s."stripeStatus"`], statuses)] : []),
    ...(checked ? [observed[checked]] : []),
    ...(blocked ? [sql`s."blocked" IS NOT NULL`] : []),
  ];
  return join(all, " AND ");
}
