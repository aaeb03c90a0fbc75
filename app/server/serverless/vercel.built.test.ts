import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStaffAuth } from "~/auth/staff.server";
import { addPayingUser, createWorld, readAccess, type World } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { ROOT } from "~/platform/root.server";
import { waitForBuild } from "~/platform/testing/built";
import { useRealPasswords } from "~/platform/testing/cheap-passwords";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { buildOutput, readChoices } from "../../../scripts/build-vercel.mjs";
import { CRON_SECRET, PASSWORD } from "../testing/live-server";
import { createCaller, describeInstallation, signCustomerToken } from "./testing/caller";
import { LAMBDA, LAUNCHER } from "./testing/launcher";

// The output of `npm run build:vercel`, from the pages that the build has made: its shape, and its function in a folder
// outside the repository, started as the platform starts it.

/** What Vercel allows for a function, unpacked. */
const MOST_BYTES = 250_000_000;

let world: World;
let folder = "";
let output = "";
let bytes = 0;

beforeAll(async () => {
  useRealPasswords();
  await waitForBuild();
  world = await createWorld({ secretKeys: ["sk_test_sandboxOfTheHandler"] });
  folder = await makeTestFolder();
  output = path.join(folder, "output");
  ({ bytes } = await buildOutput(output, readChoices({})));
});
afterAll(async () => {
  await world.close();
  await removeTestFolder(folder);
});

const readJson = (file: string) => JSON.parse(readFileSync(path.join(output, file), "utf8"));

type Line = { port?: number; loadedMs?: number; idle?: true };

/** Starts the function in a folder where no package is near, in an environment that a host gives it. */
async function launch() {
  const alone = await makeTestFolder();
  const target = path.join(alone, "index.func");
  cpSync(path.join(output, "functions/index.func"), target, { recursive: true });
  writeFileSync(path.join(alone, "launcher.mjs"), LAUNCHER);
  const { PARITY_STAYS_ALIVE: _, ...installation } = describeInstallation(world);
  const child = spawn(process.execPath, [path.join(alone, "launcher.mjs"), target], {
    cwd: alone,
    env: { NODE_ENV: "production", VERCEL: "1", LOG_LEVEL: "warn", ...installation },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: Line[] = [];
  let errors = "";
  createInterface(child.stdout).on("line", (line) => lines.push(JSON.parse(line)));
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await expect.poll(() => lines.length > 0 || child.exitCode !== null).toBe(true);
  const [{ port, loadedMs } = {}] = lines;
  if (port === undefined) throw new Error(`The function did not start: ${errors}`);
  return {
    loadedMs,
    call: createCaller(port),
    /** Resolves when all that was handed to `waitUntil` is done. */
    async idle(): Promise<void> {
      await expect.poll(() => lines.at(-1)).toEqual({ idle: true });
    },
    lines,
    async stop() {
      child.kill("SIGKILL");
      await exited;
      await removeTestFolder(alone);
    },
  };
}

describe("the output for Vercel", () => {
  it("has one function with what it needs, and all files for the browser beside it", () => {
    const functions = readdirSync(path.join(output, "functions"));
    expect(functions).toEqual(["index.func"]);
    const settings = readJson("functions/index.func/.vc-config.json");
    expect(settings).toMatchObject({ launcherType: "Nodejs", shouldAddHelpers: false, maxDuration: 60 });
    expect(existsSync(path.join(output, "functions/index.func", settings.handler))).toBe(true);
    expect(bytes).toBeLessThan(MOST_BYTES);
    const files = readdirSync(path.join(output, "static"), { recursive: true, encoding: "utf8" });
    expect(files).toContain("icon.svg");
    expect(files.some((file) => /^assets[\\/]entry\.client-.*\.js$/.test(file))).toBe(true);
  });

  it("names routes of its config by the rules of the Build Output API", () => {
    const { version, routes, crons } = readJson("config.json");
    expect(version).toBe(3);
    for (const route of routes) if (route.src) expect(() => new RegExp(`^${route.src}$`)).not.toThrow();
    expect(crons).toEqual([{ path: "/api/cron/sync-payments", schedule: "0 4 * * *" }]);
  });
});

describe("its function, started in a folder of its own", () => {
  it("serves the scheduler, Stripe, customers and staff", async () => {
    const { call, idle, stop, loadedMs } = await launch();
    try {
      const started = performance.now();
      const ready = await call.send("GET", "/readyz");
      const openedMs = Math.round(performance.now() - started);
      expect({ status: ready.status, body: ready.body }).toEqual({ status: 200, body: '{"ok":true}' });
      process.stdout.write(
        `function: ${(bytes / 1e6).toFixed(1)} MB, loaded in ${loadedMs} ms, first answer after ${openedMs} ms more\n`,
      );

      await addPayingUser(world, "cron");
      // Vercel calls the path that the output names.
      const { crons } = readJson("config.json");
      const run = await call.cron(crons[0].path);
      expect({ status: run.status, ...JSON.parse(run.body) }).toMatchObject({
        status: 200,
        success: true,
        syncedCount: 1,
      });
      expect(await readAccess(world, "cron")).toBe("active 5");

      const { customerId, subscriptionId } = await addPayingUser(world, "hook");
      const event = {
        ...{ id: "evt_vercel1", object: "event", type: "customer.subscription.created" },
        ...{ api_version: "2026-10-28.endive", created: 1_790_000_000, livemode: false },
        data: { object: { id: subscriptionId, object: "subscription", customer: customerId } },
      };
      const received = await call.webhook(event);
      expect({ status: received.status, ...JSON.parse(received.body) }).toMatchObject({
        status: 200,
        outcome: "stored",
      });
      expect(await readAccess(world, "hook")).toBe("active 5");

      await addPayingUser(world, "visitor");
      const workspace = await call.workspace("visitor_w1", "visitor");
      expect(JSON.parse(workspace.body)).toMatchObject({ sync: { state: "checking" } });
      await expect.poll(() => readAccess(world, "visitor")).toBe("active 5");

      const { APP_SECRET: appSecret, APP_URL: appUrl } = describeInstallation(world);
      const environment = { mode: "production", appSecret, appUrl, singleSignOn: null } as const;
      const staffAuth = createStaffAuth({ db: world.db, environment, log: createLog({ level: "silent" }) });
      const ann = { email: "ann@example.com", name: "Ann", role: "operator", password: PASSWORD } as const;
      await staffAuth.addStaff(ann);
      const page = await call.page("/users", await call.signIn(ann.email));
      expect(page.status).toBe(200);
      expect(page.body).toContain("visitor@example.com");
      await idle();
    } finally {
      await stop();
    }
  });
});

/** An example as it is written, but for the place of the build. In the repository, where its packages are found. */
async function copyExample(name: string): Promise<{ file: string; remove: () => void }> {
  const text = readFileSync(path.join(ROOT, "docs/examples", name), "utf8");
  const built = pathToFileURL(path.join(output, "functions/index.func/build/parity/index.js")).href;
  const cache = path.join(ROOT, ".cache");
  mkdirSync(cache, { recursive: true });
  const file = path.join(cache, `${process.pid}-${name}`);
  writeFileSync(file, text.replace("../../build/parity/handler.js", built));
  return { file, remove: () => rmSync(file) };
}

/** An event as a function URL makes it (payload format 2.0). */
const createEvent = (rawPath: string, headers: Record<string, string>) => ({
  version: "2.0",
  routeKey: "$default",
  rawPath,
  rawQueryString: "",
  headers: { host: "abc123.lambda-url.eu-central-1.on.aws", "x-forwarded-for": "192.0.2.7", ...headers },
  requestContext: {
    accountId: "anonymous",
    requestId: "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
    stage: "$default",
    http: { method: "GET", path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.7", userAgent: "curl" },
  },
  isBase64Encoded: false,
});

describe("the examples that need a build", () => {
  it("for AWS Lambda answer the scheduler and a customer, and finish what is left behind the answer", async () => {
    const { file, remove } = await copyExample("lambda.mjs");
    await addPayingUser(world, "lambda");
    await addPayingUser(world, "late");
    const events = [
      createEvent("/api/workspace/late_w1", { authorization: `Bearer ${await signCustomerToken("late")}` }),
      createEvent("/api/cron/sync-payments", { authorization: `Bearer ${CRON_SECRET}` }),
      createEvent("/sign-in", {}),
    ];
    writeFileSync(path.join(folder, "events.json"), JSON.stringify(events));
    writeFileSync(path.join(folder, "lambda-runtime.mjs"), LAMBDA);
    const { PARITY_STAYS_ALIVE: _, ...installation } = describeInstallation(world);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [path.join(folder, "lambda-runtime.mjs"), file, path.join(folder, "events.json")],
      {
        env: {
          AWS_LAMBDA_FUNCTION_NAME: "parity",
          LOG_LEVEL: "silent",
          NODE_ENV: "production",
          ...installation,
        },
      },
    ).finally(remove);
    const [workspace, cron, page] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(workspace.statusCode).toBe(200);
    expect(JSON.parse(workspace.body)).toMatchObject({ workspace: { status: "locked" } });
    expect(cron.statusCode).toBe(200);
    // The first call finished its check before the second began.
    expect(JSON.parse(cron.body)).toMatchObject({ success: true, syncedCount: 1 });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain("</html>");
    expect(await readAccess(world, "late")).toBe("active 5");
  });

  it("for a server that also answers other requests serve Parity under its host name only", async () => {
    const { file, remove } = await copyExample("express-same-process.mjs");
    const runner = `const { server } = await import(${JSON.stringify(pathToFileURL(file).href)});
      if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
      console.log(JSON.stringify({ port: server.address().port }));`;
    const env = { ...describeInstallation(world), PARITY_STAYS_ALIVE: "yes", PORT: "0", LOG_LEVEL: "silent" };
    const child = execFile(process.execPath, ["--input-type=module", "-e", runner], {
      env: { NODE_ENV: "production", ...env },
    });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const [line] = await once(createInterface(child.stdout ?? process.stdin), "line");
    const { send } = createCaller(JSON.parse(line).port);
    expect((await send("GET", "/", {})).body).toBe("The application");
    const ready = await send("GET", "/readyz", { headers: { Host: "parity.example.com" } });
    expect(ready).toMatchObject({ status: 200, body: '{"ok":true}' });
    child.kill("SIGTERM");
    await exited;
    expect(child.exitCode).toBe(0);
    remove();
  });
});
