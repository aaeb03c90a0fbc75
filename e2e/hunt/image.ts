import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startCluster } from "../../app/platform/testing/cluster";
import { makeTestFolder, removeTestFolder } from "../../app/platform/testing/folder";
import { createSandbox, DEFAULT_SECRET_KEY } from "../../app/sandbox/sandbox";
import { createProgress } from "../support/progress";

// Builds the image without Docker: carries out every line of the Dockerfile in folders of their own, then runs what it runs in a
// folder that cannot be written, as an account without rights, on a PostgreSQL and the sandbox. Docker itself is not tried.

const MOST_BYTES = 350e6;
const KEY = "sk_test_takenforreal";
const { print, minutes } = createProgress();
const root = path.resolve(import.meta.dirname, "../..");
const problems: string[] = [];
const check = (isRight: boolean, what: string) => {
  print(`${isRight ? "✓" : "✗"} ${what}`);
  if (!isRight) problems.push(what);
};

const folder = await makeTestFolder();
chmodSync(folder, 0o755);
const cluster = await startCluster();
const sandbox = createSandbox({ secretKeys: [DEFAULT_SECRET_KEY, KEY] });
const stripe = await sandbox.listen();
const children: ChildProcess[] = [];
try {
  const { image, command } = carryOut(readFileSync(path.join(root, "Dockerfile"), "utf8"));
  const bytes = measure(image);
  check(bytes < MOST_BYTES, `the image is ${(bytes / 1e6).toFixed(1)} MB beside its base`);
  spawnSync("chmod", ["-R", "a+rX,a-w", image]);
  await tryImage(image, command);
} finally {
  for (const child of children) child.kill("SIGKILL");
  await stripe.close();
  await cluster.remove();
  spawnSync("chmod", ["-R", "u+w", folder]);
  await removeTestFolder(folder);
}
print(`${problems.length} problems, ${minutes()} minutes`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** The folder of the last stage, and what it starts. */
function carryOut(dockerfile: string): { image: string; command: string[] } {
  const stages = new Map<string, string>();
  let at = "";
  let command: string[] = [];
  for (const line of dockerfile.split("\n")) {
    const [instruction = "", ...words] = line.split(" ");
    const rest = words.join(" ");
    if (instruction === "FROM") {
      const name = words[2] ?? "image";
      at = path.join(folder, name);
      stages.set(name, at);
      mkdirSync(at);
    } else if (instruction === "COPY") copy(at, words, stages);
    else if (instruction === "RUN") {
      print(rest);
      const { status } = spawnSync(rest, { cwd: at, shell: true, stdio: ["ignore", "ignore", "inherit"] });
      if (status !== 0) throw new Error(`${rest}: exit code ${status}`);
    } else if (instruction === "CMD") command = JSON.parse(rest);
    else if (!/^(#.*|WORKDIR|ENV|USER|EXPOSE|STOPSIGNAL|HEALTHCHECK|)$/.test(instruction))
      throw new Error(`The Dockerfile has a line that is not tried here: ${line}`);
  }
  return { image: at, command };
}

function copy(stage: string, words: readonly string[], stages: ReadonlyMap<string, string>): void {
  const from = words[0]?.startsWith("--from=") ? words[0].slice("--from=".length) : null;
  const paths = from === null ? words : words.slice(1);
  const source = from === null ? root : (stages.get(from) ?? "");
  const target = path.resolve(stage, paths.at(-1) ?? ".");
  for (const one of paths.slice(0, -1)) {
    if (one === ".") copyCheckout(target);
    else {
      const file = path.join(source, one.replace(/^\/app\//, ""));
      const isInto = paths.length > 2 || paths.at(-1) === "./";
      cpSync(file, isInto ? path.join(target, path.basename(file)) : target, { recursive: true });
    }
  }
}

/** What a fresh clone has: .dockerignore leaves out what is made. */
function copyCheckout(target: string): void {
  const { stdout } = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const file of stdout.split("\0"))
    if (file !== "" && lstatSync(path.join(root, file), { throwIfNoEntry: false }))
      cpSync(path.join(root, file), path.join(target, file));
}

function measure(place: string): number {
  const found = lstatSync(place);
  if (!found.isDirectory()) return found.size;
  return readdirSync(place).reduce((sum, name) => sum + measure(path.join(place, name)), 0);
}

async function tryImage(image: string, [, ...command]: string[]): Promise<void> {
  const port = 20_000 + (process.pid % 20_000);
  const env: NodeJS.ProcessEnv = {
    ...{ PATH: process.env.PATH, NODE_ENV: "production", DATABASE_URL: cluster.url, PORT: String(port) },
    ...{ STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: stripe.url, APP_URL: `http://localhost:${port}` },
    ...{ APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935", CRON_SECRET: "3b1f5f0d8a5e4c7a" },
  };
  const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const start = (args: readonly string[]) => {
    const child = spawn(process.execPath, args, {
      cwd: image,
      env,
      ...account,
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  };
  const run = async (args: readonly string[]) => (await once(start(args), "close"))[0];
  check(
    (await run(["-e", 'try { require("fs").writeFileSync("x", "") } catch { process.exit(1) }']).catch(
      () => 1,
    )) !== 0,
    "it cannot be written",
  );
  check((await run(["build/parity/migrate.js"])) === 0, "migrates");
  check((await run(["build/parity/seed.js"])) === 0, "creates the plans");
  const server = start(command);
  let log = "";
  server.stdout?.on("data", (text) => {
    log += text;
  });
  const begun = performance.now();
  while (!log.includes('"listening"') && server.exitCode === null && performance.now() - begun < 60_000)
    await wait(20);
  check(log.includes('"listening"'), `listens after ${Math.round(performance.now() - begun)} ms`);
  for (const address of ["/healthz", "/readyz", "/sign-in", "/icon.svg"]) {
    const { status } = await fetch(`http://127.0.0.1:${port}${address}`);
    check(status === 200, `${address} answers ${status}`);
  }
  const cron = await fetch(`http://127.0.0.1:${port}/api/cron/sync-payments`, {
    headers: { authorization: "Bearer 3b1f5f0d8a5e4c7a" },
  });
  check(cron.status === 200, `a call of the scheduler answers ${cron.status}`);
  check([0, 3].includes(await run(["build/parity/cli.js", "status"])), "the command line answers");
  server.kill("SIGTERM");
  const [code] = await once(server, "close");
  check(code === 0 && log.includes('"stopped"'), `ends with exit code ${code} on SIGTERM`);
  if (problems.length > 0) process.stderr.write(log);
}
