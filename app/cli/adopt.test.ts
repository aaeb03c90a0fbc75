import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { createSandbox, DEFAULT_SECRET_KEY, type Listening } from "~/sandbox/sandbox";
import { PRODUCTION_KEY, runAndCapture } from "./testing/cli";

// One application with words of its own: its records are read, and each case goes on where the one before stopped.
let client: pg.Client;
let url: string;
let folder: string;
let listening: Listening;
let drop: () => Promise<void>;
const sandbox = createSandbox({ secretKeys: [DEFAULT_SECRET_KEY, PRODUCTION_KEY] });
const SUBSCRIBERS = 30;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parity-adopt-"));
  const database = await createEmptyDatabase();
  ({ url, drop } = database);
  listening = await sandbox.listen();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`SET search_path = public;
    CREATE TABLE users (id serial PRIMARY KEY, email text, stripe_customer_id text UNIQUE, subscription_status text, plan text, updated_at timestamp);
    CREATE TABLE log (id serial PRIMARY KEY, note text)`);
  await fillApplication();
});
afterAll(async () => {
  await client.end();
  await listening.close();
  await drop();
  await rm(folder, { recursive: true });
});

async function fillApplication(): Promise<void> {
  const product = sandbox.products.create({ name: "Pro" });
  const price = (amount: number) =>
    sandbox.prices.create({
      ...{
        product: product.id,
        currency: "usd",
        unit_amount: amount,
        recurring: { interval: "month" as const },
      },
    }).id;
  const prices = [price(1000), price(5000)];
  for (let n = 0; n < SUBSCRIBERS; n += 1) {
    const { id: customer } = sandbox.customers.create({
      email: `u${n}@example.com`,
      metadata: { appUser: String(n + 1) },
    });
    const { id } = sandbox.subscriptions.create({ customer, items: [{ price: prices[n % 2] ?? "" }] });
    const isScheduled = n % 5 === 1;
    const isEnded = n % 5 === 2;
    if (isScheduled) sandbox.subscriptions.update(id, { cancel_at_period_end: true });
    if (isEnded) sandbox.subscriptions.cancel(id);
    await client.query(
      "INSERT INTO users (email, stripe_customer_id, subscription_status, plan) VALUES ($1, $2, $3, $4)",
      [
        `u${n}@example.com`,
        customer,
        isEnded ? "gone" : isScheduled ? "leaving" : "live",
        isEnded ? "free" : n % 2 ? "Team" : "Pro",
      ],
    );
  }
  await client.query(`INSERT INTO users (email, plan) SELECT 'f' || n || '@example.com', 'free' FROM generate_series(1, 9) n;
    INSERT INTO users (email, subscription_status, plan) VALUES ('l@example.com', 'lifetime', 'Pro'), (NULL, NULL, 'free')`);
}

const file = () => path.join(folder, "parity.mapping.yaml");
const adopt = (line = "", { withKey = true } = {}) =>
  runAndCapture(
    ["adopt", ...line.split(" ").filter(Boolean), "--file", file()],
    () => Promise.reject(new Error("No installation is opened")),
    {
      DATABASE_URL: url,
      ...(withKey ? { STRIPE_SECRET_KEY: PRODUCTION_KEY, STRIPE_API_BASE: listening.url } : {}),
    },
  );
const dump = async () => (await client.query("SELECT u.*, xmin::text FROM users u ORDER BY id")).rows;

describe("parity adopt", () => {
  it("learns the words of statuses and plans from what Stripe says, and asks about the others", async () => {
    const before = await dump();
    const { code, stdout } = await adopt("--json");
    const answer = JSON.parse(stdout);
    expect(answer.questions.map(({ text }: { text: string }) => text)).toEqual([
      expect.stringContaining("live also the word for trialing"),
      expect.stringContaining("gone also the word for unpaid, paused, incomplete_expired"),
      expect.stringContaining("lifetime (1)"),
    ]);
    expect(code).toBe(3);
    const text = await readFile(file(), "utf8");
    const parsed = parseMapping(text);
    if ("problems" in parsed) throw new Error(text);
    expect(parsed.document).toMatchObject({
      status: {
        words: { live: ["active", "trialing"], gone: ["unpaid", "paused", "incomplete_expired", "canceled"] },
        cancelScheduled: "leaving",
      },
      plan: { none: "free", onEnd: "none" },
      plans: {
        Pro: { prices: [expect.stringMatching(/^price_/)] },
        Team: { prices: [expect.stringMatching(/^price_/)] },
      },
      metadataKeys: ["appUser"],
    });
    expect(text).toContain("30 of 30 values begin with cus_");
    expect(text).not.toMatch(/@|cus_\w|sub_\w/);
    expect(await dump()).toEqual(before);
    // A file that is there is never replaced unasked.
    expect(await adopt()).toMatchObject({ code: 1, stderr: expect.stringContaining("--force") });
  });

  it("asks in a terminal, once for each question until the answer can be taken, and writes what was decided", async () => {
    const typed = ["yes", "perhaps", "no", "yes"];
    const asked: string[] = [];
    const other = path.join(folder, "answered.yaml");
    const environment = {
      ...{ DATABASE_URL: url, STRIPE_SECRET_KEY: PRODUCTION_KEY, STRIPE_API_BASE: listening.url },
    };
    const reject = () => Promise.reject(new Error("opened"));
    const run = (...argv: string[]) =>
      runAndCapture(["adopt", "--file", other, ...argv], reject, environment, reject, async (question) => {
        asked.push(question);
        return typed.shift() ?? null;
      });
    const { code, stdout, stderr } = await run();
    expect(asked.map((question) => /^\n([\w.]+): .*\n(.*): $/.exec(question)?.slice(1))).toEqual([
      ["status.words", "yes, no, or Enter for later"],
      ["status.words", "yes, no, or Enter for later"],
      ["status.words", "yes, no, or Enter for later"],
      ["status", "yes, no, or Enter for later"],
    ]);
    expect(stderr).toContain("Answer yes, no or later.");
    // No leaves the words for the person to correct.
    expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringContaining("1 question to decide") });
    expect(stdout).toContain("gone also the word for unpaid, paused, incomplete_expired");
    const parsed = parseMapping(await readFile(other, "utf8"));
    expect(parsed).toMatchObject({ document: { status: { byHand: ["lifetime"] } } });
    // With the file there nothing is asked; --json asks nothing either, and flags answer.
    asked.length = 0;
    expect(await run()).toMatchObject({ code: 1, stderr: expect.stringContaining("--force") });
    const flags = ["--answer", "status.words=yes", "--answer", "status=yes", "--force", "--json"];
    expect(await run(...flags)).toMatchObject({ code: 0 });
    expect(await run("--answer", "status=perhaps", "--force")).toMatchObject({ code: 2 });
    expect(asked).toEqual([]);
  });

  it("checks every record in a transaction that is rolled back", async () => {
    const before = await dump();
    const { code, stdout } = await adopt("--check --json");
    const { checks, problems } = JSON.parse(stdout);
    expect(checks.filter(({ level }: { level: string }) => level === "problem")).toEqual([]);
    expect({ code, problems }).toEqual({ code: 0, problems: 0 });
    const texts = checks.map(({ text }: { text: string }) => text);
    expect(texts).toContainEqual(
      expect.stringContaining(
        "41 owners written as they are, in a transaction that is rolled back: 0 differ",
      ),
    );
    expect(texts).toContainEqual(expect.stringContaining("1 owner has the status lifetime"));
    expect(texts).toContainEqual(expect.stringContaining("1 of 41 owners have no address"));
    expect(await dump()).toEqual(before);
  });

  it("says that the mapping is wrong where many who pay differ in the same field", async () => {
    const right = await readFile(file(), "utf8");
    await writeFile(file(), right.replaceAll("Team", "team").replaceAll("Pro:", "pro:"));
    const { code, stdout } = await adopt("--check");
    expect(code).toBe(3);
    expect(stdout).toContain("the mapping is wrong, not your data");
    await writeFile(file(), right);
  });

  it("names a trigger of the application that objects, a missing table, and a table without owners", async () => {
    await client.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not on Sundays'; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse()`);
    expect((await adopt("--check", { withKey: false })).stdout).toContain("not on Sundays");
    await client.query("DROP TRIGGER refuse ON users");
    const right = await readFile(file(), "utf8");
    await writeFile(file(), right.replace("public.users", "public.user"));
    expect(await adopt("--check", { withKey: false })).toMatchObject({
      code: 3,
      stdout: expect.stringContaining("there is no table public.user: did you mean public.users?"),
    });
    await writeFile(file(), right.replace("key: id,", 'key: id, where: "false",'));
    expect(await adopt("--check", { withKey: false })).toMatchObject({
      code: 3,
      stdout: expect.stringContaining("no owner was found"),
    });
    await writeFile(file(), right);
  });

  it("shows the SQL, and refuses to install where Parity’s tables are missing", async () => {
    expect((await adopt("--show-sql")).stdout).toContain("CREATE FUNCTION parity.write_records");
    expect(await adopt("--install")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("db:migrate"),
    });
    expect(await adopt("--status")).toMatchObject({ code: 3, stdout: expect.stringContaining("db:migrate") });
  });

  it("installs with writing off, with the plans of the file, and says what is installed", async () => {
    await applyMigrations(url);
    const before = await dump();
    const first = JSON.parse((await adopt("--install --json")).stdout);
    expect(first).toMatchObject({ outcome: "installed", isSame: false, problems: 0 });
    expect(first.changes).toEqual(
      expect.arrayContaining(["plan Pro", "plan Team", 'setting writeMode: "off"']),
    );
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM parity."User") AS owners, (SELECT count(*)::int FROM parity."PlanPrice") AS prices,
         (SELECT value FROM parity."Setting" WHERE key = 'metadataKeys') AS keys,
         (SELECT count(*)::int FROM parity."SettingChange" WHERE actor = 'command line') AS audited`,
    );
    expect(rows).toEqual([{ owners: 41, prices: 2, keys: "appUser", audited: 7 }]);
    expect(await dump()).toEqual(before);
    // Installing it again changes nothing, and does not turn off what was turned on since.
    await client.query(`UPDATE parity."Setting" SET value = '"full"' WHERE key = 'writeMode'`);
    expect(JSON.parse((await adopt("--install --json")).stdout)).toMatchObject({ isSame: true, changes: [] });
    expect(await adopt("--status")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("41 owners through a mapping file"),
    });
    const right = await readFile(file(), "utf8");
    await writeFile(file(), right.replace("version: 1", "version: 1\ntimeZone: Europe/Berlin"));
    expect(JSON.parse((await adopt("--install --json")).stdout)).toMatchObject({
      isSame: false,
      changes: ['setting writeMode: "off"'],
    });
    await writeFile(file(), right);
  });

  it("says what is missing: a database, a file, ids of Stripe’s", async () => {
    const run = (...argv: string[]) =>
      runAndCapture(["adopt", ...argv], () => Promise.reject(new Error("opened")));
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining("DATABASE_URL") });
    expect(await run("--check", "--install")).toMatchObject({ code: 2 });
    expect(await run("--check", "--database-url", url, "--file", path.join(folder, "none"))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("There is no file"),
    });
    const empty = await createEmptyDatabase();
    expect(await run("--database-url", empty.url, "--file", path.join(folder, "other"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("None holds ids of Stripe’s"),
    });
    await empty.drop();
  });
});
