import { readFile } from "node:fs/promises";
import { z } from "zod";

export type Counts = { passed: number; failed: number };

const vitestReport = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

const playwrightReport = z.object({
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

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch(() => "null");
  return JSON.parse(text);
}
