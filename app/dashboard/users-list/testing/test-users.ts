import { IN_SYNC_VERDICTS, VERDICT_CATALOGUE, VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { FLAGS, type Flag } from "~/billing/verdicts/flags";
import { SEVERITY_RANK } from "~/billing/verdicts/severity";
import type { Cause } from "~/dashboard/health/causes";
import type { DayRange } from "~/dashboard/health/trend";
import { isInQueue } from "~/dashboard/inbox/queues";
import { NONE } from "~/dashboard/users-list/filters";
import type { UsersQuery } from "~/dashboard/users-list/users-query";
import type { Database } from "~/platform/client.server";

// A few hundred users of all kinds, and a second, simple implementation of the filters and sorts to compare with.

type SyncStatus = {
  verdict: Verdict;
  flags: Flag[];
  stripeStatus: string | null;
  stripePlan: string | null;
  since: Date | null;
  observedAt: Date | null;
  money: { perMonth: number; currency: string } | null;
  blocked: string | null;
};
export type TestUser = {
  id: string;
  email: string;
  name: string | null;
  plan: string | null;
  syncStatus: SyncStatus | null;
};

const HOUR = 3_600_000;
export const startedAt = Date.now();
/** Few values, so that many users share one and only the id decides their order. */
const ages = [null, 0.2, 5, 5, 30, 100];
const pickTime = (random: number) => {
  const hours = ages[random % ages.length];
  return hours == null ? null : new Date(startedAt - hours * HOUR);
};

export const testUsers: TestUser[] = Array.from({ length: 230 }, (_, n) => {
  const verdict = VERDICTS[(n * 7) % VERDICTS.length] ?? "in_sync";
  return {
    id: `u${((n * 7919) % 1000).toString().padStart(4, "0")}`,
    email: `${"abcdef".charAt(n % 6)}${n}@${n % 4 === 0 ? "acme" : "other"}.example`,
    name: n % 5 === 0 ? null : `Name ${"xyz".charAt(n % 3)}`,
    plan: [null, "starter", "army"][n % 3] ?? null,
    syncStatus:
      n % 9 === 0
        ? null
        : {
            verdict,
            flags: FLAGS.filter((_, at) => (n + at) % 5 === 0),
            stripeStatus: [null, "active", "canceled"][n % 3] ?? null,
            stripePlan: [null, "army"][n % 2] ?? null,
            since: pickTime(n),
            observedAt: pickTime(n >> 1),
            money: n % 4 === 0 ? { perMonth: (n % 3) * 1000, currency: n % 8 === 0 ? "usd" : "eur" } : null,
            blocked: n % 11 === 0 ? "no_positive_evidence" : null,
          },
  };
});

export async function addTestUsers(db: Database): Promise<void> {
  await db.user.createMany({
    data: testUsers.map(({ id, email, name, plan }, n) => ({
      id,
      email,
      name,
      plan,
      stripeCustomerId: n === 3 ? "cus_recorded" : null,
    })),
  });
  await db.syncStatus.createMany({
    data: testUsers.flatMap(({ id, syncStatus }) => {
      if (!syncStatus) return [];
      const { money, ...rest } = syncStatus;
      return {
        userId: id,
        severity: SEVERITY_RANK[VERDICT_CATALOGUE[syncStatus.verdict].severity],
        mismatches: [],
        moneyKind: money && "leaking",
        moneyPerMonth: money?.perMonth,
        moneyCurrency: money?.currency,
        ...rest,
      };
    }),
  });
}

const matchesWords = (q: string, text: string) =>
  q
    .split(" ")
    .every((word) =>
      word.length > 2 ? text.includes(word) : `\n${text}`.split(/[\n ]/).some((one) => one.startsWith(word)),
    );

function matchesQuery(query: UsersQuery, { email, name, plan, id, syncStatus }: TestUser): boolean {
  const matchesAny = (chosen: string[], having: (string | null)[]) =>
    chosen.length === 0 ||
    having.some((one) => one !== null && chosen.includes(one)) ||
    (chosen.includes(NONE) && having.every((one) => one === null));
  const age = syncStatus?.observedAt ? (startedAt - syncStatus.observedAt.getTime()) / HOUR : null;
  const q = query.q.toLowerCase();
  return (
    (matchesWords(q, `${email}\n${name?.toLowerCase() ?? ""}`) || id === q) &&
    (!(query.sort === "since" && query.reversed) || (syncStatus?.since ?? null) !== null) &&
    matchesAny(query.verdicts, [syncStatus?.verdict ?? "not_checked"]) &&
    (query.flags.length === 0 ||
      query.flags.some((flag) =>
        // Depends on the clock and not on what is stored.
        flag === "stale" ? (age ?? 0) > 24 : syncStatus?.flags.includes(flag),
      )) &&
    (query.queue === null || (syncStatus !== null && isInQueue(query.queue, syncStatus))) &&
    matchesAny(query.plans, [plan, syncStatus?.stripePlan ?? null]) &&
    matchesAny(query.statuses, [syncStatus?.stripeStatus ?? null]) &&
    (!query.blocked || syncStatus?.blocked != null) &&
    (query.causes.length === 0 || query.causes.some((cause) => hasCause(cause, syncStatus))) &&
    (query.found === null || (isOpen(syncStatus) && isToday(query.found))) &&
    (query.checked === null ||
      {
        never: age === null,
        hour: age !== null && age < 1,
        day: age !== null && age < 24,
        stale: (age ?? 0) > 24,
      }[query.checked])
  );
}

/** The causes that are told by the sync status alone; no address is verified here. */
function hasCause(cause: Cause, status: SyncStatus | null): boolean {
  switch (cause) {
    case "second_customer":
      return status?.flags.includes("duplicate_customers") ?? false;
    case "unverified_email":
      return status?.flags.includes("possible_match") ?? false;
    case "unmapped_price":
      return status?.verdict === "unmapped_price";
    default:
      return false;
  }
}

const isOpen = (status: SyncStatus | null) =>
  status !== null &&
  !IN_SYNC_VERDICTS.has(status.verdict) &&
  status.verdict !== "not_checked" &&
  !status.flags.some((flag) => flag === "on_hold" || flag === "acknowledged");

/** All users were evaluated when the test began. */
const isToday = ({ from, to }: DayRange) => {
  const today = new Date(startedAt).toISOString().slice(0, 10);
  return from <= today && today < to;
};

function buildKeys({ sort }: UsersQuery, { email, name, syncStatus }: TestUser): (number | string)[] {
  const severity = SEVERITY_RANK[VERDICT_CATALOGUE[syncStatus?.verdict ?? "not_checked"].severity];
  const since = syncStatus?.since?.getTime() ?? Number.POSITIVE_INFINITY;
  const money = syncStatus?.money;
  return {
    severity: [-severity, since],
    since: [since],
    email: [email],
    name: [name === null ? 1 : 0, name ?? ""],
    checked: [syncStatus?.observedAt?.getTime() ?? Number.NEGATIVE_INFINITY],
    money: [money ? 0 : 1, money?.currency ?? "", -(money?.perMonth ?? 0)],
  }[sort];
}

export function listExpectedIds(query: UsersQuery): string[] {
  const compare = (one: TestUser, other: TestUser) => {
    const [a, b] = [
      [...buildKeys(query, one), one.id],
      [...buildKeys(query, other), other.id],
    ];
    const at = a.findIndex((value, n) => value !== b[n]);
    return (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
  };
  const ids = testUsers
    .filter((user) => matchesQuery(query, user))
    .sort(compare)
    .map(({ id }) => id);
  return query.reversed ? ids.reverse() : ids;
}
