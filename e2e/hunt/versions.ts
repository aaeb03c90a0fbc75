import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { startEmbeddedPostgres } from "../../app/demo/postgres/embedded.server";
import { killPostgres, makeTestFolder, removeTestFolder } from "../../app/platform/testing/folder";
import { createProgress } from "../support/progress";
import { checkOut, describeRelease } from "../support/stage/release";
import { playRound } from "../support/stage/rounds";
import { openStage } from "../support/stage/stage";

// The last released version beside this one, on one database, as during a deployment without downtime: the old one works,
// this one migrates under it, both work behind one balancer, then this one alone, then the old one again (a rollback).
//   npx tsx e2e/hunt/versions.ts [--from v1.2.0] [--checkout FOLDER]
// --checkout: a folder in which that version is installed and built already.

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { from: text, checkout: text } });
const { print, minutes } = createProgress();
const root = path.resolve(import.meta.dirname, "../..");
const problems: string[] = [];
const check = (isRight: boolean, what: string) => {
  print(`${isRight ? "✓" : "✗"} ${what}`);
  if (!isRight) problems.push(what);
};

const folder = await makeTestFolder();
const postgresFolder = path.join(folder, "postgres");
const postgres = await startEmbeddedPostgres({ dir: postgresFolder, fast: true });
const stage = await openStage(postgres.url);
try {
  const from = values.from ?? findReleased();
  const before = describeRelease("old", values.checkout ?? (await prepare(from)));
  const now = describeRelease("new", root);
  print(`old: ${from}`);

  check((await stage.run(before, "migrate", ["--with-example-tables"])).code === 0, "old migrates");
  check((await stage.run(before, "seed")).code === 0, "old creates the plans");
  const added = await stage.addStaff(before);
  check(added.code === 0, `old adds staff ${added.stderr}`);
  for (const setting of [
    ["writeMode", "full"],
    // Each round takes access from one user.
    ["revocationLimitMinimum", "100"],
  ])
    check((await stage.run(before, "cli", ["settings", ...setting])).code === 0, `${setting.join(" ")}`);
  const oldWeb = await stage.start(before, "web");
  const oldWorker = await stage.start(before, "worker");
  stage.balancer.use(oldWeb.port);
  await playRound(stage, "old", before, check);

  const refused = await stage.run(now, "cli", ["status"]);
  check(
    refused.code === 1 && refused.stderr.includes("db:migrate"),
    `new does not work on the old schema, and says what to do: ${refused.stderr.split("\n")[0]}`,
  );
  const migrated = await stage.run(now, "migrate");
  check(migrated.code === 0, `new migrates while old works: ${migrated.stdout}${migrated.stderr}`);
  await playRound(stage, "old-on-new-schema", before, check);

  const newWeb = await stage.start(now, "web");
  const newWorker = await stage.start(now, "worker");
  stage.balancer.use(oldWeb.port, newWeb.port);
  await playRound(stage, "both", now, check);
  await playRound(stage, "both-old-line", before, check);

  stage.balancer.use(newWeb.port);
  for (const one of [oldWeb, oldWorker]) check((await one.stop()) === 0, "an old process ends with 0");
  await playRound(stage, "new", now, check);

  // A rollback: the old programs on the new schema, after the new ones have written.
  const againWeb = await stage.start(before, "web");
  const againWorker = await stage.start(before, "worker");
  stage.balancer.use(againWeb.port);
  for (const one of [newWeb, newWorker]) check((await one.stop()) === 0, "a new process ends with 0");
  await playRound(stage, "rolled-back", before, check);
  for (const one of [againWeb, againWorker]) check((await one.stop()) === 0, "an old process ends with 0");
  for (const line of stage.findErrors()) check(false, line.slice(0, 1_500));
} finally {
  await stage.close();
  await postgres.stop();
  killPostgres(postgresFolder);
  await removeTestFolder(folder);
}
print(`${problems.length} problems, ${minutes()} minutes`);
for (const problem of problems) print(`✗ ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** The newest release in git; before the first one, the commit that the repository names. */
function findReleased(): string {
  const { stdout } = spawnSync("git", ["tag", "--list", "v*", "--sort=-v:refname"], {
    cwd: root,
    encoding: "utf8",
  });
  const [newest] = stdout.split("\n");
  if (newest) return newest;
  const file: unknown = JSON.parse(readFileSync(path.join(root, "prisma/released.json"), "utf8"));
  return z.object({ commit: z.string() }).parse(file).commit;
}

async function prepare(commit: string): Promise<string> {
  const place = path.join(folder, "old");
  mkdirSync(place);
  print(`installing and building ${commit}`);
  checkOut(root, commit, place);
  return place;
}
