import { readFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { describeSlow } from "./slow-tests";

/** `failures`: the name of each test that failed, and how its message begins. */
export type Counts = { passed: number; failed: number; failures: string[] };

const vitestReport = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string().default(""),
          failureMessages: z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
});

type BrowserResult = { duration: number; errors: { message: string }[] };
type Suite = {
  suites?: Suite[];
  specs: {
    title: string;
    file: string;
    ok: boolean;
    tests: { timeout: number; results: BrowserResult[] }[];
  }[];
};
const suite: z.ZodType<Suite> = z.lazy(() =>
  z.object({
    suites: z.array(suite).optional(),
    specs: z.array(
      z.object({
        title: z.string(),
        file: z.string(),
        ok: z.boolean(),
        tests: z.array(
          z.object({
            timeout: z.number(),
            results: z.array(
              z.object({
                duration: z.number(),
                errors: z.array(z.object({ message: z.string().default("") })).default([]),
              }),
            ),
          }),
        ),
      }),
    ),
  }),
);

const playwrightReport = z.object({
  suites: z.array(suite),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  errors: z.array(z.object({ message: z.string().default("") })),
});

/** A file that could not even be loaded has no failed tests, and counts as one. */
export async function readVitestCounts(file: string): Promise<Counts | null> {
  const report = vitestReport.safeParse(await readJson(file));
  if (!report.success) return null;
  const failures = report.data.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(process.cwd(), name);
    const tests = assertionResults
      .filter((one) => one.status === "failed")
      .map(({ fullName, failureMessages }) => describeFailure(`${file}: ${fullName}`, failureMessages));
    return tests.length === 0 && status === "failed" ? [describeFailure(file, [message])] : tests;
  });
  return { passed: report.data.numPassedTests, failed: failures.length, failures };
}

export async function readPlaywrightCounts(file: string): Promise<Counts | null> {
  const report = playwrightReport.safeParse(await readJson(file));
  if (!report.success) return null;
  const { stats, errors, suites } = report.data;
  const failed = stats.unexpected + stats.flaky + errors.length;
  const beside = errors.map(({ message }) => describeFailure("browser", [message]));
  return { passed: stats.expected, failed, failures: [...suites.flatMap(listFailures), ...beside] };
}

function listFailures({ suites = [], specs }: Suite): string[] {
  const lines = specs
    .filter(({ ok }) => !ok)
    .map(({ title, file, tests }) =>
      describeFailure(
        `e2e/${file}: ${title}`,
        tests.flatMap(({ results }) => results.flatMap(({ errors }) => errors.map(({ message }) => message))),
      ),
    );
  return [...lines, ...suites.flatMap(listFailures)];
}

const MESSAGE_LINES = 12;

function describeFailure(title: string, messages: string[]): string {
  const lines = stripVTControlCharacters(messages.join("\n"))
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at .*(node_modules|node:internal|new Promise)/.test(line));
  return [title, ...lines.slice(0, MESSAGE_LINES).map((line) => `    ${line}`)].join("\n");
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
