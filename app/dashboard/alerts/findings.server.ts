import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import { loadSettings, type Settings } from "~/engine/account/settings.server";
import { listRefusals } from "~/engine/account/stripe-refusals.server";
import { DELIVERY_OUTCOMES, listDeliveries } from "~/engine/observe/webhook-deliveries.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { readDatabaseTime } from "~/platform/versions.server";
import { loadFreshness } from "../freshness.server";
import type { AlertFacts, AlertKind } from "./catalogue";

/** What is wrong now. Times in epoch seconds. */
export type Finding = AlertFacts & {
  since: EpochSeconds;
  /** When the newest of what it is about joined it: that is news, while the rest was told before. */
  newestAt: EpochSeconds;
};

/** The database, its time, and the rules. */
type Context = { db: Database; now: EpochSeconds; settings: Settings };
type Find = (context: Context) => Promise<Finding | null>;

/** How many users a message names. */
const NAMED = 5;
const HOUR = 3_600;

const FINDERS: Record<AlertKind, Find> = {
  locked_out: ({ db, settings }) => {
    const after = sql`make_interval(mins => ${settings.lockedOutAlertMinutes}::int)`;
    return findUsers(db, {
      // What staff have acknowledged or put on hold is known to them, and must not hide the next one.
      where: sql`verdict = 'locked_out' AND NOT flags && ARRAY['acknowledged', 'on_hold']
        AND coalesce(since, "evaluatedAt") <= now() - ${after}`,
      joinedAt: sql`greatest(coalesce(since, "evaluatedAt") + ${after}, "evaluatedAt")`,
    });
  },
  cron_silent: async ({ db, now, settings }) => {
    const { schedulerCalledAt, schedulerTrouble } = await loadFreshness(db);
    // One that never called is missed once it had the time to.
    const since = schedulerCalledAt ?? settings.binding?.boundAt ?? null;
    if (schedulerTrouble === null || since === null) return null;
    const lateAt = since + settings.staleAfterMinutes * 60;
    if (now <= lateAt) return null;
    return { since, newestAt: lateAt, count: 1, money: [], details: [schedulerTrouble] };
  },
  key_refused: async ({ db }) => {
    // Without reading the account nothing is missing once it is known.
    const refusals = (await listRefusals(db)).filter(({ subject }) => subject !== "account");
    const [oldest] = refusals;
    if (!oldest) return null;
    return {
      since: oldest.since,
      newestAt: Math.max(...refusals.map(({ since }) => since)),
      count: refusals.length,
      money: [],
      details: refusals.map(({ name, without }) => `${name}: ${without}`),
    };
  },
  revocation_limit: ({ db }) =>
    findUsers(db, { where: sql`blocked = 'revocation_limit'`, joinedAt: sql`"evaluatedAt"` }),
  unmapped_money: ({ db }) =>
    findUsers(db, {
      where: sql`"moneyKind" = 'unmapped' AND "moneyPerMonth" > 0 AND NOT flags && ARRAY['acknowledged']`,
      joinedAt: sql`"evaluatedAt"`,
    }),
  run_failed: async ({ db }) => {
    const last = await findLastRun(db);
    if (last === null || last.state === "done") return null;
    const reason = last.reason ?? (last.state === "abandoned" ? "It did not finish within 24 hours." : "");
    return {
      since: last.endedAt,
      newestAt: last.endedAt,
      count: 1,
      money: [],
      details: reason === "" ? [] : [reason],
    };
  },
  webhooks_refused: async ({ db, now }) => {
    const deliveries = await listDeliveries(db, 2);
    const refused = deliveries.filter(({ outcome }) => DELIVERY_OUTCOMES[outcome] !== null);
    const lastUsed = Math.max(
      0,
      ...deliveries.filter(({ outcome }) => outcome === "stored" || outcome === "known").map(toSeconds),
    );
    // Strangers may post anything: while deliveries can be used, what cannot is no alarm.
    const news = refused.filter(
      (one) => toSeconds(one) > lastUsed && now - toSeconds(one) < DELIVERY_HOURS * HOUR,
    );
    if (news.length === 0) return null;
    const since = Math.min(...news.map(toSeconds));
    return {
      since,
      newestAt: since,
      count: news.reduce((sum, { count }) => sum + count, 0),
      money: [],
      details: news.flatMap(({ outcome }) => DELIVERY_OUTCOMES[outcome] ?? []),
    };
  },
};

/** So long after the last bad delivery, and without a good one, nothing is known of webhooks any more. */
const DELIVERY_HOURS = 6;
const toSeconds = ({ lastAt }: { lastAt: Date }) => Math.floor(lastAt.getTime() / 1000);

export type Findings = { kind: AlertKind; finding: Finding | null | "unknown"; error?: unknown }[];

/** Looks for everything of the catalogue. What could not be looked at is unknown, and neither found nor over. */
export async function findAll(db: Database, kinds: readonly AlertKind[]): Promise<Findings> {
  const context = { db, now: await readDatabaseTime(db), settings: await loadSettings(db) };
  const found: Findings = [];
  for (const kind of kinds)
    found.push(
      await FINDERS[kind](context).then(
        (finding) => ({ kind, finding }),
        (error: unknown) => ({ kind, finding: "unknown" as const, error }),
      ),
    );
  return found;
}

/** What people may see of a user in a message, where a setting allows it. */
export async function findAddresses(db: Database, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await queryRows(
    db,
    z.object({ id: z.string(), email: z.string().nullable() }),
    sql`SELECT id::text AS id, email FROM parity."User" WHERE id = ANY(${[...ids]}::text[])`,
  );
  return new Map(rows.flatMap(({ id, email }) => (email === null ? [] : [[id, email]])));
}

const usersRow = z.object({
  count: z.number(),
  since: z.number().nullable(),
  newestAt: z.number().nullable(),
  ids: z.array(z.string()).nullable(),
  money: z.array(z.object({ perMonth: z.number(), currency: z.string() })),
});

/** Users by their sync status, with their money by currency. */
async function findUsers(
  db: Database,
  { where, joinedAt }: { where: Sql; joinedAt: Sql },
): Promise<Finding | null> {
  const row = await queryOne(
    db,
    usersRow,
    sql`
    WITH found AS MATERIALIZED (
      SELECT "userId", coalesce(since, "evaluatedAt") AS since, ${joinedAt} AS "joinedAt", "moneyPerMonth", "moneyCurrency"
      FROM parity."SyncStatus" WHERE ${where})
    SELECT count(*)::int AS count, extract(epoch FROM min(since))::float8 AS since,
      extract(epoch FROM max("joinedAt"))::float8 AS "newestAt",
      (SELECT array_agg("userId") FROM (
        SELECT "userId" FROM found ORDER BY "moneyPerMonth" DESC NULLS LAST, since, "userId" LIMIT ${NAMED}::int) named) AS ids,
      (SELECT coalesce(json_agg(json_build_object('perMonth', sum, 'currency', currency) ORDER BY sum DESC, currency), '[]')
        FROM (SELECT sum("moneyPerMonth")::float8 AS sum, "moneyCurrency" AS currency FROM found
          WHERE "moneyPerMonth" IS NOT NULL AND "moneyCurrency" IS NOT NULL GROUP BY 2) sums) AS money
    FROM found`,
  );
  if (row === null || row.count === 0 || row.since === null || row.newestAt === null) return null;
  const { count, since, newestAt, ids, money } = row;
  return { count, since, newestAt, money, details: ids ?? [] };
}

const lastRunRow = z.object({
  id: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  endedAt: z.number(),
});

/** The last run over all users that ended. What alerts, Health, the Inbox and the command line say of it rests on this one. */
export const findLastRun = (db: Database | Tx) => queryOne(db, lastRunRow, LAST_RUN);

const LAST_RUN = sql`
  SELECT id, state, reason, extract(epoch FROM coalesce("finishedAt", "updatedAt"))::float8 AS "endedAt" FROM parity."Run"
  WHERE mode = 'apply' AND scope IN ('full', 'incremental') AND state IN ('done', 'failed', 'abandoned')
  ORDER BY "createdAt" DESC, id DESC LIMIT 1`;
