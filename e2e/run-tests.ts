import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { makeTestFolder, removeTestFolder } from "../app/platform/testing/folder";
import { endChildren, run } from "./support/child";
import { installChromium } from "./support/chromium";
import { type Counts, readPlaywrightCounts, readSlowBrowserTests, readVitestCounts } from "./support/counts";
import { SLOW } from "./support/slow-tests";

// npm test: all checks, the cheapest first. `--hunt` (npm run hunt): the random searches alone, whole. `--minutes 10`: for the
// longest of them, the others in proportion.
const { values: options } = parseArgs({
  options: { hunt: { type: "boolean", default: false }, minutes: { type: "string" } },
});
const { hunt } = options;
const print = (line: string) => process.stdout.write(`${line}\n`);

type Step = {
  title: string;
  execute(): Promise<{ ok: boolean; output: string }>;
  /** For a step that runs tests: how many passed and failed; null when it did not get that far. */
  readCounts?(): Promise<Counts | null>;
  /** Dear, or of no use after a failure: only where nothing has failed until then. */
  afterSuccess?: true;
};
type Result = { title: string; state: "passed" | "failed" | "skipped"; seconds: number; counts: Counts };

/** For a program that hangs. A slow machine must not reach it. */
const TIMEOUT_MS = (hunt ? 6 : 1) * 60 * 60_000;
const folder = await makeTestFolder();
const report = (name: string) => path.join(folder, `${name}.json`);
// All temporary files are made in one folder, which is removed at the end.
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  TMPDIR: folder,
  FORCE_COLOR: "0",
  ...(hunt ? { PARITY_HUNT: "1" } : {}),
};
for (const name of ["DATABASE_URL", "STRIPE_SECRET_KEY", "PARITY_DATA_DIR"]) delete environment[name];

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, async () => {
    await cleanUp();
    process.exit(130);
  });

async function execute(
  command: string,
  args: string[],
  { onOutput, more = {} }: { onOutput?: (text: string) => void; more?: Record<string, string> } = {},
) {
  const program = command === "node" ? process.execPath : path.resolve("node_modules/.bin", command);
  const env = { ...environment, ...more };
  const { code, output } = await run(program, args, { env, timeoutMs: TIMEOUT_MS, onOutput });
  return { ok: code === 0, output };
}

const createStep = (title: string, command: string, ...args: string[]): Step => ({
  title,
  execute: () => execute(command, args),
});

/** The searches, and the minutes that each takes at most. */
const SEARCHES = { kill: 35, order: 14, answers: 10, requests: 10, image: 3 };

/** A search of many minutes: what it has done is printed while it goes on. */
const createSearch = (search: keyof typeof SEARCHES): Step => ({
  title: `hunt: ${search}`,
  async execute() {
    const name = search.padEnd(8);
    const share = Number(options.minutes ?? SEARCHES.kill) / SEARCHES.kill;
    const args = search === "image" ? [] : ["--minutes", String(share * SEARCHES[search])];
    const { ok } = await execute("tsx", [`e2e/hunt/${search}.ts`, ...args], {
      onOutput: (text) => {
        for (const line of text.trimEnd().split("\n")) print(`  ${name} ${line}`);
      },
    });
    return { ok, output: "" };
  },
});

const generate = createStep("prisma generate", "node", "scripts/make.mjs", "--force", "client");
// The native compiler, by its path: `tsc` of both versions has the same name. One thread, because the tests run beside it.
const types = createStep("types", "node", "node_modules/typescript-native/bin/tsc", "--singleThreaded");
const lint = createStep("lint and format", "biome", "check", ".");
/** Written when the build has ended, however: what tests of its output wait for. */
const buildEnded = path.join(folder, "build-ended");
const build: Step = {
  title: "build",
  async execute() {
    const done = await execute("node", ["scripts/make.mjs", "--force", "pages", "server", "programs"]);
    await writeFile(buildEnded, "");
    return done;
  },
};
const createVitest = (title: string, name: string, files: string[], more: Record<string, string>): Step => ({
  title,
  execute: () =>
    execute(
      "vitest",
      [
        "run",
        ...files,
        "--maxWorkers=2", // the browser fills the time in which a test waits
        "--reporter=default",
        "--reporter=json",
        "--reporter=./e2e/support/slow-tests.ts",
        `--outputFile.json=${report(name)}`,
      ],
      { more },
    ),
  readCounts: () => readVitestCounts(report(name)),
});
const vitest = createVitest(
  "unit and integration, schema drift, layers, lock, what the build has made",
  "vitest",
  [],
  {
    PARITY_BUILT: buildEnded,
  },
);
// It is loaded from elsewhere, while the processors do the first steps.
const installing = installChromium();
const browser: Step = {
  title: "browser",
  afterSuccess: true,
  async execute() {
    const installed = await installing;
    if (!installed.ok) return installed;
    environment.PLAYWRIGHT_JSON_OUTPUT_NAME = report("playwright");
    // Each worker starts a product of its own, and the tests beside this fill the time in which the browser waits.
    const args = ["test", "--config=e2e/playwright.config.ts", "--workers=1", "--reporter=list,json"];
    const done = await createStep("", "playwright", ...args).execute();
    const slow = await readSlowBrowserTests(report("playwright"));
    return { ...done, output: [done.output, ...slow].join("\n") };
  },
  readCounts: () => readPlaywrightCounts(report("playwright")),
};
// The lanes of a stage run in parallel, the steps of a lane one after another: there are two cores.
const checks: Step[][][] = [[[generate]], [[build, types, lint, browser], [vitest]]];
const searches: Step[][][] = [
  [[generate]],
  [[build]],
  // More cases take longer: a timeout of the tests' own counts beside this one.
  [[createVitest("hunt: properties", "properties", [...findHunts("app"), "--testTimeout=1200000"], {})]],
  [[createSearch("kill")], (["order", "answers", "requests", "image"] as const).map(createSearch)],
];
const stages = hunt ? searches : checks;

/** The tests that search longer in a hunt. */
function findHunts(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((file) => path.join(directory, file))
    .filter(
      (file) =>
        /\.test\.tsx?$/.test(file) && /PARITY_HUNT|withRuns|fc\.assert/.test(readFileSync(file, "utf8")),
    );
}

const results: Result[] = [];
for (const lanes of stages) {
  const goesOn = hasPassed();
  await Promise.all(
    lanes.map(async (lane) => {
      for (const step of lane) {
        const runs = goesOn && (!step.afterSuccess || hasPassed());
        results.push(runs ? await runStep(step) : skipStep(step));
      }
    }),
  );
}
await cleanUp();
process.exitCode = printResults(results);

function hasPassed(): boolean {
  return results.every(({ state }) => state === "passed");
}

async function runStep(step: Step): Promise<Result> {
  const startedAt = performance.now();
  const { ok, output } = await step.execute();
  const seconds = (performance.now() - startedAt) / 1000;
  const counts = (await step.readCounts?.()) ?? { passed: 0, failed: 0, failures: [] };
  const nothingRan = step.readCounts && counts.passed + counts.failed === 0;
  const passed = ok && !nothingRan && counts.failed === 0;
  // A step that fails without a failed test counts as one failure itself.
  if (!passed && counts.failed === 0) counts.failed = 1;
  const tests = step.readCounts ? `, ${counts.passed} passed, ${counts.failed} failed` : "";
  print(`${passed ? "✓" : "✗"} ${step.title} (${seconds.toFixed(1)} s${tests})`);
  if (passed) for (const line of output.split("\n")) if (line.startsWith(SLOW)) print(`  ${line}`);
  if (!passed) print(nothingRan ? `${output}\nNo test ran.` : output);
  return { title: step.title, state: passed ? "passed" : "failed", seconds, counts };
}

function skipStep({ title }: Step): Result {
  return { title, state: "skipped", seconds: 0, counts: { passed: 0, failed: 0, failures: [] } };
}

async function cleanUp(): Promise<void> {
  await endChildren();
  await removeTestFolder(folder);
}

/** Prints what failed, of all steps, and the results; the counts alone on the last line. The exit code. */
function printResults(all: Result[]): number {
  for (const { counts } of all) for (const failure of counts.failures) print(`\nfailed: ${failure}`);
  print("");
  for (const { title, state, seconds } of all)
    print(`${state.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${title}`);
  const passed = all.reduce((sum, { counts }) => sum + counts.passed, 0);
  const failed = all.reduce((sum, { counts }) => sum + counts.failed, 0);
  print("");
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 && all.every(({ state }) => state === "passed") ? 0 : 1;
}
