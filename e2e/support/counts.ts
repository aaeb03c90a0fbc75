import { readFile } from "node:fs/promises";
import { z } from "zod";
import { describeSlow } from "./slow-tests";

export type Counts = { passed: number; failed: number };

const vitestReport = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

type Suite = {
  suites?: Suite[];
  specs: { title: string; tests: { timeout: number; results: { duration: number }[] }[] }[];
};
const suite: z.ZodType<Suite> = z.lazy(() =>
  z.object({
    suites: z.array(suite).optional(),
    specs: z.array(
      z.object({
        title: z.string(),
        tests: z.array(
          z.object({ timeout: z.number(), results: z.array(z.object({ duration: z.number() })) }),
        ),
      }),
    ),
  }),
);

const playwrightReport = z.object({
  suites: z.array(suite),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  errors: z.array(z.unknown()),
});

/** A file that could not even be loaded has no failed tests, and counts as one. */
export async function readVitestCounts(file: string): Promise<Counts | null> {
  const report = vitestReport.safeParse(await readJson(file));
  if (!report.success) return null;
  const failed = report.data.testResults.map(({ status, assertionResults }) => {
    const tests = assertionResults.filter((one) => one.status === "failed").length;
    return tests === 0 && status === "failed" ? 1 : tests;
  });
  return { passed: report.data.numPassedTests, failed: failed.reduce((sum, one) => sum + one, 0) };
}

export async function readPlaywrightCounts(file: string): Promise<Counts | null> {
  const report = playwrightReport.safeParse(await readJson(file));
  if (!report.success) return null;
  const { stats, errors } = report.data;
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
}

/** A line for each test of the browser that came near its time-out. */
export async function readSlowBrowserTests(file: string): Promise<string[]> {
  const report = playwrightReport.safeParse(await readJson(file));
  return report.success ? report.data.suites.flatMap(listSlow) : [];
}

function listSlow({ suites = [], specs }: Suite): string[] {
  const lines = specs.flatMap(({ title, tests }) =>
    tests.flatMap(({ timeout, results }) =>
      results.map(({ duration }) => describeSlow(title, duration, timeout)),
    ),
  );
  return [...lines.filter((line) => line !== null), ...suites.flatMap(listSlow)];
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch(() => "null");
  return JSON.parse(text);
}
