import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { findFreePort } from "../support/product";
import { getStatus, METRICS_TOKEN, type StartOptions, startProgram, waitUntil } from "./installation";

// A real Prometheus with the shipped rules, in shorter time, and the queries of the shipped dashboard.

const SCRAPE_SECONDS = 2;
const START_MS = 60_000;
const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

const rulesFile = z.object({
  groups: z.array(
    z.looseObject({
      rules: z.array(z.looseObject({ alert: z.string(), expr: z.string(), for: z.string() })),
    }),
  ),
});
const alertsAnswer = z.object({
  data: z.object({
    alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.string() })),
  }),
});
const rangeAnswer = z.object({
  status: z.string(),
  error: z.string().default(""),
  data: z.object({ result: z.array(z.unknown()) }).optional(),
});
const dashboardFile = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) }),
  ),
});

export const toSeconds = (text: string): number =>
  [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0),
    0,
  );

/** The shipped rules; every `for:`, the windows and the age of a locked out payer divided. Days stay: they ask what was before. */
async function readRules(divide: number) {
  const rules = rulesFile.parse(parse(await readFile("deploy/prometheus/alerts.yml", "utf8")));
  const shorten = (text: string) => `${Math.ceil(toSeconds(text) / divide)}s`;
  for (const group of rules.groups)
    for (const rule of group.rules) {
      rule.for = shorten(rule.for);
      rule.expr = rule.expr.replaceAll(/\[(\d+[mh])\]/g, (_, window: string) => `[${shorten(window)}]`);
      if (rule.alert === "ParityPayerLockedOut") rule.expr = rule.expr.replace("600", String(600 / divide));
    }
  return rules;
}

export async function startPrometheus(
  folder: string,
  { targets, divide, print }: { targets: readonly string[]; divide: number } & StartOptions,
) {
  const every = `${SCRAPE_SECONDS}s`;
  const configuration = path.join(folder, "prometheus.yml");
  await mkdir(path.join(folder, "data"));
  const rules = await readRules(divide);
  await writeFile(path.join(folder, "alerts.yml"), stringify(rules));
  await writeFile(
    configuration,
    stringify({
      global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
      rule_files: ["alerts.yml"],
      scrape_configs: [
        {
          job_name: "parity",
          authorization: { credentials: METRICS_TOKEN },
          static_configs: [{ targets }],
        },
      ],
    }),
  );
  const port = await findFreePort();
  const at = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${path.join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--log.level=error",
  ];
  const program = startProgram("prometheus", args, { print });
  await waitUntil(async () => (await getStatus(`${at}/-/ready`)) === 200, START_MS);
  const startedAt = Date.now();
  return {
    end: program.end,
    /** The `for:` of each rule as it is here, in seconds. */
    waits: new Map(
      rules.groups.flatMap(({ rules: all }) => all.map((rule) => [rule.alert, toSeconds(rule.for)])),
    ),
    async listFiring(): Promise<string[]> {
      const response = await fetch(`${at}/api/v1/alerts`);
      const { data } = alertsAnswer.parse(await response.json());
      return data.alerts
        .filter(({ state }) => state === "firing")
        .map(({ labels }) => labels.alertname ?? "");
    },
    /** The queries of the dashboard that found nothing since the start, or that Prometheus refused. */
    async listEmptyQueries(): Promise<{ asked: number; empty: string[] }> {
      const { panels } = dashboardFile.parse(
        JSON.parse(await readFile("deploy/grafana/parity.json", "utf8")),
      );
      const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
      const empty: string[] = [];
      for (const { title, expr } of queries) {
        const search = new URLSearchParams({
          query: expr.replaceAll("$job", "parity"),
          start: String(startedAt / 1_000),
          end: String(Date.now() / 1_000),
          step: "15",
        });
        const response = await fetch(`${at}/api/v1/query_range?${search}`);
        const { status, error, data } = rangeAnswer.parse(await response.json());
        if (status !== "success" || !data?.result.length) empty.push(`${title}: ${expr} ${error}`);
      }
      return { asked: queries.length, empty };
    },
  };
}
