// @ts-check
// npm run build:vercel: makes .vercel/output, which Vercel deploys as it is (Build Output API, version 3). vercel.json names
// this as the build command. One function answers everything; Vercel itself serves the files for the browser.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeOrExit } from "./make.mjs";

const root = path.resolve(import.meta.dirname, "..");

/** Works on every plan. A full run of an account with 80,000 subscriptions fits into it. */
const SECONDS = 60;
/** Every plan may call once a day; a deployment that wants more is refused on the plan Hobby. An hour after the daily full run is due. */
const DAILY = "0 4 * * *";
const OFF = "off";

/** @typedef {{ seconds: number, schedule: string, isProduction: boolean, migrates: boolean }} Choices */

/**
 * What the environment of the build says.
 * @param {Record<string, string | undefined>} variables
 * @returns {Choices}
 */
export function readChoices(variables) {
  const seconds = Number(variables.PARITY_REQUEST_SECONDS?.trim() || SECONDS);
  if (!Number.isInteger(seconds) || seconds < 30 || seconds > 900)
    throw new Error("PARITY_REQUEST_SECONDS should be a number of seconds, from 30 to 900");
  const schedule = variables.PARITY_VERCEL_CRON?.trim() || DAILY;
  if (schedule !== OFF && !/^[\d*/,-]+( [\d*/,-]+){4}$/.test(schedule))
    throw new Error(`PARITY_VERCEL_CRON should be a schedule such as "*/10 * * * *", or ${OFF}`);
  const isProduction = variables.VERCEL_ENV === "production";
  return {
    seconds,
    schedule,
    isProduction,
    // A preview must not change the database of production. Its branch may have migrations that never reach it.
    migrates:
      isProduction && variables.PARITY_MIGRATE_IN_BUILD !== "no" && Boolean(variables.DATABASE_URL?.trim()),
  };
}

/**
 * The platform's routing and clock.
 * @param {Pick<Choices, "schedule">} choices
 */
export function createConfig({ schedule }) {
  return {
    version: 3,
    routes: [
      { handle: "filesystem" },
      // A file of an earlier deployment: not a page.
      { src: "/assets/.*", status: 404, headers: { "Cache-Control": "no-store" } },
      { src: "/.*", dest: "/index" },
      // Only for files that are there. Their names contain a hash of their content, so a file never changes.
      { handle: "hit" },
      {
        src: "/assets/.*",
        headers: { "Cache-Control": "public, max-age=31536000, immutable" },
        continue: true,
        important: true,
      },
    ],
    crons: schedule === OFF ? [] : [{ path: "/api/cron/sync-payments", schedule }],
  };
}

/**
 * How the function is started. The body must arrive as Stripe signed it, so Vercel's helpers are off.
 * @param {Pick<Choices, "seconds">} choices
 */
export function createFunctionConfig({ seconds }) {
  return {
    runtime: `nodejs${process.versions.node.split(".")[0]}.x`,
    handler: "build/parity/index.js",
    launcherType: "Nodejs",
    shouldAddHelpers: false,
    supportsResponseStreaming: true,
    maxDuration: seconds,
    environment: { PARITY_REQUEST_SECONDS: String(seconds) },
  };
}

/**
 * Makes the output in `folder` (.vercel/output), in place of what is there.
 * @param {string} folder
 * @param {Choices} choices
 */
export async function buildOutput(folder, choices) {
  const { bundle } = await import("./bundle.mjs");
  const target = path.join(folder, "functions/index.func");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(target, "build/parity"), { recursive: true });
  await bundle({
    name: "index",
    entries: { index: "app/server/serverless/entry.ts" },
    folder: path.join(target, "build/parity"),
    pages: true,
  });
  for (const file of readdirSync(path.join(target, "build/parity")))
    if (file.endsWith(".map")) rmSync(path.join(target, "build/parity", file));
  // Whether the database is behind is known by their names.
  cpSync(path.join(root, "prisma/migrations"), path.join(target, "prisma/migrations"), { recursive: true });
  cpSync(path.join(root, "build/client"), path.join(folder, "static"), { recursive: true });
  writeJson(path.join(target, "package.json"), { type: "module" });
  writeJson(path.join(target, ".vc-config.json"), createFunctionConfig(choices));
  writeJson(path.join(folder, "config.json"), createConfig(choices));
  return { bytes: measureFolder(target) };
}

/**
 * @param {string} file
 * @param {object} value
 */
function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** @param {string} folder */
function measureFolder(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(path.join(folder, name)))
    .reduce((sum, { size }) => sum + size, 0);
}

/**
 * What a person who deploys has to know.
 * @param {Choices} choices
 */
export function describeChoices({ seconds, schedule, isProduction, migrates }) {
  const lines = [`One function, ${seconds} seconds for each request (PARITY_REQUEST_SECONDS).`];
  if (schedule === OFF)
    lines.push("No cron (PARITY_VERCEL_CRON=off): let another scheduler call /api/cron/sync-payments.");
  else lines.push(`Cron: ${schedule} UTC.`);
  if (schedule === DAILY)
    lines.push(
      "Once a day is all that the plan Hobby allows. On Pro set PARITY_VERCEL_CRON to: */10 * * * *",
      "On Hobby let another scheduler call /api/cron/sync-payments every 10 minutes (docs/deploying.md).",
    );
  if (isProduction && !migrates)
    lines.push(
      "The database was not migrated by this build. Before this deployment gets traffic: npm run db:migrate",
    );
  return lines;
}

if (process.argv[1] === import.meta.filename) {
  const say = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);
  const choices = readChoices(process.env);
  await makeOrExit("client", "pages");
  const { bytes } = await buildOutput(path.join(root, ".vercel/output"), choices);
  say(`Made .vercel/output: the function has ${(bytes / 1_000_000).toFixed(1)} MB.`);
  for (const line of describeChoices(choices)) say(line);
  if (choices.migrates) {
    say("Migrating the database of production (PARITY_MIGRATE_IN_BUILD=no: not in the build) …");
    const { status } = spawnSync(process.execPath, ["scripts/run.mjs", "migrate"], {
      cwd: root,
      stdio: "inherit",
    });
    // The deployment before this one stays.
    process.exitCode = status ?? 1;
  }
}
