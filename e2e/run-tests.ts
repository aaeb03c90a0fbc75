import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { makeTestFolder, removeTestFolder } from "../app/platform/testing/folder";
import { endChildren, run } from "./support/child";
import { installChromium } from "./support/chromium";
import { type Counts, readPlaywrightCounts, readVitestCounts } from "./support/counts";

// npm test: everything, in the order in which a failure is cheapest to learn of. `--hunt` searches longer.
const hunt = process.argv.includes("--hunt");
const say = (line: string) => process.stdout.write(`${line}\n`);

type Step = {
  title: string;
  /** What it found is said also when nothing is wrong: its last lines. */
  findings?: true;
  work(): Promise<{ ok: boolean; output: string }>;
  /** For a step that runs tests: how many passed and failed; null when it did not get that far. */
  counts?(): Promise<Counts | null>;
};
type Result = { title: string; state: "passed" | "failed" | "skipped"; seconds: number; counts: Counts };

const folder = await makeTestFolder();
const report = (name: string) => path.join(folder, `${name}.json`);
// Everything that is made on the way is made in one temporary folder, which goes away at the end.
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

const program = (title: string, command: string, ...args: string[]): Step => ({
  title,
  async work() {
    const { code, output } = await run(path.resolve("node_modules/.bin", command), args, {
      env: environment,
      timeoutMs: hunt ? 60 * 60_000 : undefined,
    });
    return { ok: code === 0, output };
  },
});

const generate = program("prisma generate", "prisma", "generate");
const types = program("types", "tsc", "--noEmit");
const lint = program("lint and format", "biome", "check", ".");
const build = program("build", "remix", "vite:build");
const vitest: Step = {
  ...program(
    "unit and integration, schema drift, layers, lock",
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report("vitest")}`,
  ),
  counts: () => readVitestCounts(report("vitest")),
};
const browser: Step = {
  title: "browser",
  async work() {
    const installed = await installChromium();
    if (!installed.ok) return installed;
    environment.PLAYWRIGHT_JSON_OUTPUT_NAME = report("playwright");
    const args = ["test", "--config=e2e/playwright.config.ts", "--reporter=list,json"];
    return program("", "playwright", ...args).work();
  },
  counts: () => readPlaywrightCounts(report("playwright")),
};
const hunts = !existsSync("e2e/hunt")
  ? []
  : readdirSync("e2e/hunt")
      .filter((file) => file.endsWith(".ts"))
      .map((file): Step => ({ ...program(`hunt: ${file}`, "tsx", `e2e/hunt/${file}`), findings: true }));

// What stands side by side in a stage runs side by side, a lane after the other's steps in order: there are two cores.
const stages: Step[][][] = [
  [[generate]],
  [[types, lint, build], [vitest]],
  [[browser]],
  ...(hunt ? [[hunts]] : []),
];

const FINDINGS = 15;
const results: Result[] = [];
for (const lanes of stages) {
  const goOn = results.every((one) => one.state === "passed");
  await Promise.all(
    lanes.map(async (lane) => {
      for (const step of lane) results.push(goOn ? await perform(step) : skip(step));
    }),
  );
}
await cleanUp();
process.exitCode = close(results);

async function perform(step: Step): Promise<Result> {
  const begin = performance.now();
  const { ok, output } = await step.work();
  const seconds = (performance.now() - begin) / 1000;
  const counts = (await step.counts?.()) ?? { passed: 0, failed: 0 };
  const nothingRan = step.counts && counts.passed + counts.failed === 0;
  const passed = ok && !nothingRan && counts.failed === 0;
  // A step that failed without a failed test to show for it is itself what failed.
  if (!passed && counts.failed === 0) counts.failed = 1;
  const tests = step.counts ? `, ${counts.passed} passed, ${counts.failed} failed` : "";
  say(`${passed ? "✓" : "✗"} ${step.title} (${seconds.toFixed(1)} s${tests})`);
  if (passed && step.findings) say(output.trimEnd().split("\n").slice(-FINDINGS).join("\n"));
  if (!passed) say(nothingRan ? `${output}\nNo test ran.` : output);
  return { title: step.title, state: passed ? "passed" : "failed", seconds, counts };
}

function skip({ title }: Step): Result {
  return { title, state: "skipped", seconds: 0, counts: { passed: 0, failed: 0 } };
}

async function cleanUp(): Promise<void> {
  await endChildren();
  await removeTestFolder(folder);
}

/** Says how it went, the counts alone on the last line; returns the exit code. */
function close(all: Result[]): number {
  say("");
  for (const { title, state, seconds } of all)
    say(`${state.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${title}`);
  const passed = all.reduce((sum, { counts }) => sum + counts.passed, 0);
  const failed = all.reduce((sum, { counts }) => sum + counts.failed, 0);
  say("");
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 && all.every(({ state }) => state === "passed") ? 0 : 1;
}
