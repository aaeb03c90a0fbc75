import { z } from "zod";
import { ADMIN, toRequest } from "~/dashboard/decisions/testing/deciding";
import { hasCause } from "~/dashboard/health/cause-conditions.server";
import { CAUSES } from "~/dashboard/health/causes";
import { TREND_STEPS } from "~/dashboard/health/trend";
import { loadTrend } from "~/dashboard/health/trend.server";
import { listMetricTotals } from "~/engine/repair/metric-totals.server";
import type { World } from "~/engine/testing/world";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const DAY_MS = 86_400_000;
/** Between two looks time passes. */
const MARGIN_MS = 60_000;
const PAGE = 200;

const countRow = z.object({ users: z.number() });

/** Everything that people see, decide by and take back, as far as it is within its life: the same before and after a cleaning. */
export async function look({ db, parity }: World) {
  const settings = await parity.settings.get();
  const toStart = (days: number | null) => new Date(Date.now() - (days ?? 100_000) * DAY_MS + MARGIN_MS);
  const [runsFrom, auditFrom] = [toStart(settings.keepRunsDays), toStart(settings.keepAuditDays)];
  const statuses = await db.syncStatus.findMany({ orderBy: { userId: "asc" } });
  const explained = [];
  for (const { userId } of statuses) {
    const found = await parity.explainUser(userId, { withPersonalData: true });
    // What is evaluated; the time of it is another one each time.
    explained.push({ ...found, input: { ...found?.input, now: null, context: null } });
  }
  const causes = [];
  for (const cause of CAUSES)
    causes.push(
      await queryRows(
        db,
        countRow,
        sql`SELECT count(*)::int AS users FROM parity."SyncStatus" s WHERE ${hasCause([cause])}`,
      ),
    );
  const trend = [];
  for (const step of TREND_STEPS) trend.push(await loadTrend(db, step));
  const activity = await parity.activity.list({ limit: PAGE, from: auditFrom.getTime() / 1000 });
  const changes = await db.change.findMany({
    where: { createdAt: { gte: auditFrom } },
    orderBy: { id: "asc" },
  });
  const undone = [];
  for (const { id } of changes)
    undone.push(await parity.decisions.preview(toRequest("undo_change", { changeId: String(id) }, ADMIN)));
  const runs = await db.run.findMany({
    where: { finishedAt: { gte: runsFrom }, scope: { not: "one" } },
    orderBy: { id: "asc" },
  });
  const pages = [];
  for (const { id } of runs) {
    const page = await parity.runs.page({ runId: id, limit: PAGE });
    pages.push(page && { ...page, run: { ...page.run, evaluatedFrom: null } });
    if (runsFrom >= auditFrom)
      undone.push(await parity.decisions.preview(toRequest("undo_run", { runId: id }, ADMIN)));
  }
  const metrics = (await parity.metrics()).split("\n").filter((line) => LASTING.test(line));
  const totals = (await listMetricTotals(db)).filter(({ name }) => name !== "removed_rows");
  return JSON.parse(
    JSON.stringify(
      { statuses, explained, causes, trend, activity, undone, pages, metrics, totals },
      (_, value) => (typeof value === "bigint" ? String(value) : value),
    ),
  );
}

/** Metrics that look back at runs and users. */
const LASTING =
  /^parity_(users|last_run|last_success|last_full_run|runs_total|repairs_total|payment_to_access|money)/;
