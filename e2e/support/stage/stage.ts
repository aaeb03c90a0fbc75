import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { createSandbox, type Sandbox } from "../../../app/sandbox/sandbox";
import { findFreePort } from "../product";
import { openBalancer } from "./balancer";
import type { Release } from "./release";

// A production installation for long searches: real programs of one or several versions on one PostgreSQL, the sandbox in
// place of Stripe, and what stands in front of the web processes.

const KEY = "sk_test_takenforreal";
const CRON_SECRET = "3b1f5f0d8a5e4c7a";
const WEBHOOK_SECRET = "whsec_c3RhZ2Vfb2ZfYV9sb25nX3NlYXJjaA";
const STAFF = { email: "ann@example.com", password: "a long password for the stage 7" };
/** For a machine that does much else. */
const PATIENCE_MS = 120_000;

/** A process of the product that goes on until it is stopped. */
export type Running = {
  release: Release;
  port: number;
  log(): string;
  /** Sends a signal, SIGTERM unless given, and waits for the end. The exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};
export type Ran = { code: number | null; stdout: string; stderr: string };
export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(databaseUrl: string) {
  const balancer = await openBalancer();
  const sandbox = createSandbox({
    secretKeys: [KEY],
    webhooks: [{ url: `${balancer.url}/api/stripe/webhook`, secret: WEBHOOK_SECRET }],
  });
  const stripe = await sandbox.listen();
  const children: ChildProcess[] = [];
  const running: Running[] = [];
  const prices = createPrices(sandbox);
  const environment: NodeJS.ProcessEnv = {
    ...{ PATH: process.env.PATH, NODE_ENV: "production", DATABASE_URL: databaseUrl, HOST: "127.0.0.1" },
    ...{ STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: stripe.url, STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET },
    ...{ STRIPE_READS_PER_SECOND: "100", APP_URL: balancer.url, TRUSTED_PROXIES: "1", CRON_SECRET },
    APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935",
  };
  const spawnProgram = (
    { node, folder, programs }: Release,
    what: keyof Release["programs"],
    more: string[],
  ) => {
    const child = spawn(node, [...programs[what], ...more], { cwd: folder, env: environment });
    children.push(child);
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (text) => {
      said.stdout += text;
    });
    child.stderr.on("data", (text) => {
      said.stderr += text;
    });
    return { child, said };
  };
  const query = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  const call = (path: string, init: RequestInit = {}, base = balancer.url) =>
    fetch(`${base}${path}`, { redirect: "manual", ...init });
  return {
    sandbox,
    balancer,
    call,
    query,
    /** Runs a program to its end. */
    async run(
      release: Release,
      what: "migrate" | "seed" | "cli",
      more: string[] = [],
      input = "",
    ): Promise<Ran> {
      const { child, said } = spawnProgram(release, what, more);
      child.stdin.end(input);
      const [code] = await once(child, "close");
      return { code, ...said };
    },
    /** Starts a process, and waits until it is ready. */
    async start(release: Release, what: "web" | "worker"): Promise<Running> {
      const port = await findFreePort();
      environment.PORT = String(port);
      const { child, said } = spawnProgram(release, what, []);
      const isReady = () =>
        what === "worker"
          ? /worker (started|is running)/.test(said.stdout)
          : call("/readyz", {}, `http://127.0.0.1:${port}`).then(
              ({ ok }) => ok,
              () => false,
            );
      const startedAt = performance.now();
      while (!(await isReady())) {
        if (child.exitCode !== null || performance.now() - startedAt > PATIENCE_MS)
          throw new Error(`The ${what} of ${release.name} does not start:\n${said.stdout}${said.stderr}`);
        await wait(100);
      }
      const one: Running = {
        ...{ release, port },
        log: () => said.stdout + said.stderr,
        async stop(signal = "SIGTERM") {
          if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
          child.kill(signal);
          const [code] = await once(child, "close");
          return code;
        },
      };
      running.push(one);
      return one;
    },
    /** A customer in Stripe who has paid, and a user of the application whose workspace is locked. */
    async addPayer(id: string): Promise<{ subscriptionId: string }> {
      await query(
        `INSERT INTO public."User" (id, email, "emailVerified", name) VALUES ($1, $1 || '@example.com', true, $1)`,
        [id],
      );
      await query(
        `INSERT INTO public."Workspace" (id, "ownerId", name) VALUES ('w_' || $1, $1, 'Workspace')`,
        [id],
      );
      const customer = sandbox.customers.create({ email: `${id}@example.com`, metadata: { userId: id } });
      const { id: subscriptionId } = sandbox.subscriptions.create({
        customer: customer.id,
        items: [{ price: prices.army }],
      });
      return { subscriptionId };
    },
    /** "active 5": the workspace of a user. */
    async readAccess(id: string): Promise<string> {
      const [row] = await query<{ status: string; soldiers: number }>(
        `SELECT status, soldiers FROM public."Workspace" WHERE "ownerId" = $1`,
        [id],
      );
      return `${row?.status} ${row?.soldiers}`;
    },
    cron: (search = "") =>
      call(`/api/cron/sync-payments${search}`, { headers: { authorization: `Bearer ${CRON_SECRET}` } }),
    addStaff(release: Release): Promise<Ran> {
      const { email, password } = STAFF;
      const words = [
        "staff",
        "add",
        "--email",
        email,
        "--name",
        "Ann",
        "--role",
        "admin",
        "--password-stdin",
      ];
      return this.run(release, "cli", words, password);
    },
    /** The cookies of a new session. */
    async signIn(): Promise<string> {
      const answer = await call("/sign-in", {
        method: "POST",
        headers: FORM,
        body: new URLSearchParams(STAFF),
      });
      if (answer.status !== 302 && answer.status !== 303) throw new Error(`Not signed in: ${answer.status}`);
      return answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0])
        .join("; ");
    },
    page: (path: string, cookie: string) => call(path, { headers: { cookie } }),
    /** The button Sync of a user, without scripts. */
    pressSync: (id: string, cookie: string) =>
      call(`/users/${id}`, {
        method: "POST",
        headers: { ...FORM, cookie },
        body: new URLSearchParams({ intent: "sync" }),
      }),
    /** Waits until something is so. Whether it became so. */
    async until(isSo: () => Promise<boolean>, ms = 30_000): Promise<boolean> {
      const startedAt = performance.now();
      while (!(await isSo())) {
        if (performance.now() - startedAt > ms) return false;
        await wait(200);
      }
      return true;
    },
    /** Lines that say that something is wrong, of all processes that were started here. */
    findErrors: () =>
      running.flatMap(({ release, log }) => listErrors(log()).map((line) => `${release.name}: ${line}`)),
    async close(): Promise<void> {
      for (const child of children) child.kill("SIGKILL");
      await stripe.close();
      await balancer.close();
    },
  };
}

const FORM = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };

function createPrices(sandbox: Sandbox): { army: string } {
  const product = sandbox.products.create({ name: "Plans" });
  const shared = { product: product.id, currency: "usd" };
  sandbox.prices.create({
    ...shared,
    unit_amount: 2_000,
    recurring: { interval: "month" },
    lookup_key: "starter_monthly",
  });
  const army = sandbox.prices.create({
    ...shared,
    unit_amount: 20_000,
    recurring: { interval: "year" },
    lookup_key: "army_yearly",
  });
  return { army: army.id };
}

/** Error lines of the log, and everything that is no line of the log. */
function listErrors(log: string): string[] {
  return log.split("\n").filter((line) => {
    if (line.trim() === "" || line.startsWith("(node:") || line.startsWith("(Use `node")) return false;
    try {
      const { level } = JSON.parse(line);
      return level === "error" || level === "fatal";
    } catch {
      return true;
    }
  });
}
