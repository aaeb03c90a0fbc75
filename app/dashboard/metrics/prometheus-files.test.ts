import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { ALERT_KINDS } from "~/dashboard/alerts/catalogue";
import { addSyncedUser, createWorld, syncAll, type World } from "~/engine/testing/world";
import { httpSeconds, measureProcess } from "~/platform/metrics/process-meters.server";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { hasPromtool, runPromtool } from "~/platform/testing/promtool";
import { findUnknown, readScrape, type Scrape } from "./testing/promql";

// The files for Prometheus and Grafana ask for figures by their names: each must be one that /metrics prints.

const RULES = "deploy/prometheus/alerts.yml";
const rule = z.strictObject({
  alert: z.string().regex(/^Parity[A-Za-z]+$/),
  expr: z.string(),
  for: z.string(),
  labels: z.strictObject({ severity: z.enum(["critical", "warning", "info"]) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
const rulesFile = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) });
const rules = rulesFile
  .parse(parse(readFileSync(RULES, "utf8")))
  .groups.flatMap(({ rules: inGroup }) => inGroup);
const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  description: z.string().default(""),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
  options: z.object({ legend: z.object({ showLegend: z.boolean() }).optional() }).default({}),
});
const dashboardFile = z.object({ panels: z.array(panel) });
const runbook = readFileSync("docs/runbook.md", "utf8");

let world: World;
let scrape: Scrape;

beforeAll(async () => {
  world = await createWorld();
  await addSyncedUser(world, "ada");
  await syncAll(world.parity);
  // Someone who is locked out, with their money.
  await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "off" } });
  await world.db.workspace.updateMany({ data: { status: "locked", seats: 0 } });
  await syncAll(world.parity);
  // Of the budget that all processes share, which tests do without.
  await world.db.stripeRateBucket.create({
    data: { bucket: "all", nextRequestAt: new Date(), slowedAt: new Date() },
  });
  const endpoint = "GET /v1/subscriptions";
  await world.db.stripeRequestCount.create({ data: { day: new Date(), endpoint, requests: 1 } });
  measureProcess();
  // What Stripe does not have, and what it has no time for.
  const { stripe } = world.deps;
  const options = { priority: "background", deadlineMs: 10_000 } as const;
  await stripe.readCustomer("cus_none", options);
  const match = { path: "/v1/customers/cus_none" };
  world.sandbox.control.addFault({ effect: { type: "error", status: 429 }, match, times: 1 });
  await stripe.readCustomer("cus_none", options);
  // The labels of what a web server counts (`web-server.ts`), which does not run here.
  for (const kind of ["page", "api_cron", "readyz"]) httpSeconds.observe({ kind, code: "5xx" }, 0.1);
  scrape = readScrape(await world.parity.metrics());
});
afterAll(() => world.close());

it("no metric has a label that Prometheus itself gives to each", () => {
  for (const [name, labels] of scrape)
    expect(
      ["job", "instance"].filter((label) => labels.has(label)),
      name,
    ).toEqual([]);
});

describe("alert rules", () => {
  it("ask only for metrics, labels and values that /metrics prints", () => {
    expect(rules.length).toBeGreaterThan(20);
    for (const { alert, expr } of rules) expect(findUnknown(expr, scrape), alert).toEqual([]);
  });

  it("are found out when they ask for what there is not", () => {
    expect(findUnknown("parity_user > 1", scrape)).toEqual(["parity_user"]);
    expect(findUnknown('parity_users{verdikt="stale"}', scrape)).toEqual(["parity_users{verdikt}"]);
    expect(findUnknown('sum by (caller) (parity_users{verdict=~"stale|nonsense"})', scrape)).toEqual([
      'parity_users{verdict="nonsense"}',
      "by caller",
    ]);
  });

  it("each have an entry in the runbook, with symptom, check and fix, and the other way round", () => {
    const entries = [...runbook.matchAll(/^### (\w+)\n\n([\s\S]*?)(?=\n#|$(?![\s\S]))/gm)];
    expect(entries.map(([, name]) => name).sort()).toEqual(rules.map(({ alert }) => alert).sort());
    for (const [, name, text = ""] of entries)
      expect(
        [...text.matchAll(/^- \*\*(\w+)\*\*: /gm)].map(([, part]) => part),
        name,
      ).toEqual(["Symptom", "Check", "Fix"]);
    for (const { alert, annotations } of rules)
      expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
  });

  it("have a counterpart for each alert of Parity's own", () => {
    const table = [...runbook.matchAll(/^\| `(\w+)` \| ((?:\[\w+\]\(#\w+\)(?:, )?)+) \|$/gm)];
    expect(table.map(([, kind]) => kind)).toEqual([...ALERT_KINDS]);
    const named = table.flatMap(([, , links = ""]) =>
      [...links.matchAll(/\[(\w+)\]/g)].map(([, name]) => name),
    );
    expect(rules.map(({ alert }) => alert)).toEqual(expect.arrayContaining(named));
  });

  it("are each tested by promtool's own tests", () => {
    const tests = readFileSync("deploy/prometheus/alerts.test.yml", "utf8");
    for (const { alert } of rules) expect(tests).toMatch(new RegExp(`alertname="${alert}".*value: [12]`));
  });

  it.skipIf(!hasPromtool)(
    "fire and end as their tests say (skipped where promtool is not installed)",
    async () => {
      const { code, output } = await runPromtool(["test", "rules", "deploy/prometheus/alerts.test.yml"]);
      expect(output).toContain("SUCCESS");
      expect(code).toBe(0);
    },
  );

  it.skipIf(!hasPromtool)(
    "are part of a configuration that Prometheus takes (skipped without promtool)",
    async () => {
      const args = ["check", "config", "--syntax-only", "deploy/prometheus/prometheus.yml"];
      const { code, output } = await runPromtool(args);
      expect(output).toContain("SUCCESS");
      expect(code).toBe(0);
    },
  );
});

describe("the dashboard for Grafana", () => {
  const dashboard = dashboardFile.parse(JSON.parse(readFileSync("deploy/grafana/parity.json", "utf8")));
  const panels = dashboard.panels.filter(({ type }) => type !== "row");

  it("asks only for metrics, labels and values that /metrics prints", () => {
    expect(panels.length).toBeGreaterThan(20);
    for (const { title, targets } of panels) {
      expect(targets, title).not.toHaveLength(0);
      for (const { expr } of targets) expect(findUnknown(expr, scrape), title).toEqual([]);
    }
  });

  it("names in a legend only labels that its query keeps", () => {
    for (const { targets } of panels)
      for (const { expr, legendFormat } of targets)
        for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect(expr).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b[^)]*\\)`));
  });

  it("shows the legend of each chart: Grafana hides one of which the file does not say so", () => {
    const charts = panels.filter(({ type }) => type === "timeseries");
    expect(charts.length).toBeGreaterThan(20);
    for (const { title, options } of charts) expect(options.legend?.showLegend, title).toBe(true);
  });

  it("shows one job at a time, says what each panel is, and never lets two overlap", () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const { title, description, gridPos: at, targets } of panels) {
      expect(description, title).not.toBe("");
      for (const { expr } of targets) expect(expr).toContain('job="$job"');
      for (let x = at.x; x < at.x + at.w; x++)
        for (let y = at.y; y < at.y + at.h; y++) {
          expect(x < 24 && !taken.has(`${x},${y}`), title).toBe(true);
          taken.add(`${x},${y}`);
        }
    }
  });

  it.skipIf(!hasPromtool)("has queries that Prometheus understands (skipped without promtool)", async () => {
    const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const asRules = expressions.map((expr, index) => ({
      record: `panel_${index}`,
      expr: expr.replaceAll("$job", "parity"),
    }));
    const file = join(await makeTestFolder(), "queries.yml");
    await writeFile(file, stringify({ groups: [{ name: "panels", rules: asRules }] }));
    const { code, output } = await runPromtool(["check", "rules", file]);
    await removeTestFolder(dirname(file));
    expect(output).toContain(`${asRules.length} rules found`);
    expect(code).toBe(0);
  });
});
