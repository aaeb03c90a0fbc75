import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runAndCapture } from "~/cli/testing/cli";
import { createLog } from "~/platform/log.server";
import { createEmptyDatabase, createTestDatabase } from "~/platform/testing/database";
import { createSandbox, type Sandbox } from "~/sandbox/sandbox";
import { openParity } from "~/server/open-parity.server";

const never = () => Promise.reject(new Error("This must not open an installation"));
let sandbox: Sandbox;
let sandboxUrl: string;
let closeSandbox: () => Promise<void>;
let folder: string;
let price: string;
let unmapped: string;

const customerOf: Record<string, { customer: string; subscription: string }> = {};
const PAYING = ["ada", "bob", "cyd", "dan", "eve"];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parity-test-audit-"));
  sandbox = createSandbox({});
  const listening = await sandbox.listen();
  sandboxUrl = listening.url;
  closeSandbox = listening.close;
  const product = sandbox.products.create({ name: "Pro" });
  const create = (amount: number) =>
    sandbox.prices.create({
      product: product.id,
      currency: "usd",
      unit_amount: amount,
      recurring: { interval: "month" },
    }).id;
  price = create(2_000);
  unmapped = create(700);
  for (const id of [...PAYING, "fay", "gus", "hal"]) {
    const customer = sandbox.customers.create({ email: `${id}@example.com` });
    const subscription = sandbox.subscriptions.create({
      customer: customer.id,
      items: [{ price: id === "gus" ? unmapped : price }],
    });
    customerOf[id] = { customer: customer.id, subscription: subscription.id };
  }
  // Her subscription ended, and she still has access in the record.
  sandbox.subscriptions.cancel(customerOf.fay?.subscription ?? "");
});
afterAll(async () => {
  await closeSandbox();
  await rm(folder, { recursive: true, force: true });
});

/** A workplace on the test run's own PostgreSQL, which starts faster than one of its own. */
async function openTestWorkplace() {
  const database = await createTestDatabase();
  const { db } = database;
  const parity = openParity({
    db,
    sandbox: false,
    log: createLog({ level: "silent" }),
    stripe: {
      ...{ secretKey: sandbox.secretKey, mode: "test", checkoutKey: null, apiBase: sandboxUrl },
      ...{ accountId: null, webhookSecret: null, readsPerSecond: 2_000 },
    },
  });
  return {
    ok: true as const,
    workplace: { url: database.url, open: () => ({ db, parity }) },
    async close() {
      await parity.close();
      await database.drop();
    },
  };
}

const audit = (...argv: string[]) => runAndCapture(["audit", ...argv], never, {}, openTestWorkplace);

async function write(name: string, content: string | Buffer): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

/** Ada, Bob, Cyd, Dan and Gus as they should be, Eve locked out, Fay with access that she does not pay; nobody claims Hal. */
const USERS = () =>
  [
    "id,E-Mail,Stripe Customer ID,plan,subscription_status,note",
    ...["ada", "bob", "cyd", "dan"].map(
      (id) => `${id},${id}@example.com,${customerOf[id]?.customer},Pro,active,"a, ""b"""`,
    ),
    `eve,eve@example.com,${customerOf.eve?.customer},,canceled,`,
    `fay,fay@example.com,${customerOf.fay?.customer},Pro,active,`,
    "ivy,ivy@example.com,,,,",
  ].join("\n");

describe("audit of a file", () => {
  it("says who is locked out, who does not pay, and which payer no user claims", async () => {
    const { code, stdout } = await audit("--users", await write("users.csv", USERS()), "--json");
    expect(code).toBe(3);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ format: 1, owners: 7, checked: 7, isWrong: true, notChecked: [] });
    const byId = Object.fromEntries(
      report.users.map((user: { id: string; verdict: string }) => [user.id, user.verdict]),
    );
    expect(byId).toEqual({ eve: "locked_out", fay: "unpaid_access" });
    expect(report.money.lockedOut).toEqual([{ currency: "usd", perMonth: 2_000, users: 1 }]);
    expect(report.payers.map(({ customerId }: { customerId: string }) => customerId).sort()).toEqual(
      [customerOf.gus?.customer, customerOf.hal?.customer].sort(),
    );
  });

  it("writes a page and a file that no address stands in, when it is asked to mask them", async () => {
    const [html, csv] = [path.join(folder, "audit.html"), path.join(folder, "audit.csv")];
    const users = await write("masked.csv", USERS().replaceAll("\neve,eve@", "\neve@example.com,eve@"));
    const { code, stdout, stderr } = await audit("--users", users, "--mask", "--html", html, "--csv", csv);
    expect(code).toBe(3);
    const [page, lines] = [await readFile(html, "utf8"), await readFile(csv, "utf8")];
    for (const text of [stdout, stderr, page, lines]) expect(text).not.toContain("@example.com");
    expect(stdout).toContain("● Locked out");
    expect(stdout).toContain("$20 a month");
    expect(page).toContain("Paid and locked out");
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
    expect(lines.split("\r\n")[0]).toBe(
      "verdict,user_id,email,customer_id,subscription_id,since,per_month,currency,why,differs",
    );
    expect(lines).toContain(`Unpaid access,fay,f…@e…,${customerOf.fay?.customer}`);
  });

  it("ends with 0 where everything is right", async () => {
    const all = [...PAYING, "gus", "hal"];
    const users = ["id;customer;status", ...all.map((id) => `${id};${customerOf[id]?.customer};active`)];
    // With the mark that spreadsheets write, and their line ends.
    const { code, stdout } = await audit("--users", await write("right.csv", `\uFEFF${users.join("\r\n")}`));
    expect(stdout).toContain("All 7 owners agree with Stripe, and each payer belongs to one.");
    expect(code).toBe(0);
  });

  it("joins subscriptions to their users, and takes the one that gives access", async () => {
    const users = await write("joined.csv", "user_id,email\nada,ada@example.com\neve,eve@example.com\n");
    const rows = [
      "subscription_id,user_id,state,current_period_end",
      `sub_old,ada,canceled,2030-01-01 00:00:00`,
      `${customerOf.ada?.subscription},ada,active,2026-01-01 00:00:00`,
      `${customerOf.eve?.subscription},eve,canceled,2026-01-01 00:00:00`,
      `${customerOf.bob?.subscription},gone,active,2026-01-01 00:00:00`,
    ];
    const subscriptions = await write("subscriptions.csv", rows.join("\n"));
    const { stdout } = await audit("--users", users, "--subscriptions", subscriptions, "--json");
    const report = JSON.parse(stdout);
    expect(report.users.map(({ id, verdict }: { id: string; verdict: string }) => [id, verdict])).toEqual([
      ["eve", "locked_out"],
      ["ada", "detail_mismatch"],
    ]);
    expect(report.notes.join("\n")).toContain("1 row left out");
  });

  it("takes yes and no for access, and looks a user up by the address alone", async () => {
    const rows = [
      "id,email,verified,is_pro",
      "ada,ADA@example.com,t,1",
      "eve,eve@example.com,t,0",
      "fay,fay@example.com,t,yes",
      "ivy,,f,0",
    ];
    const { stdout } = await audit("--users", await write("yes.csv", rows.join("\n")), "--json");
    const found = JSON.parse(stdout).users.map(({ id, verdict }: { id: string; verdict: string }) => [
      id,
      verdict,
    ]);
    expect(found).toContainEqual(["eve", "locked_out"]);
    expect(found).toContainEqual(["fay", "unpaid_access"]);
    expect(found).toHaveLength(2);
  });

  it("says how many rows were left out, and why", async () => {
    const rows = [
      "id,customer,status",
      `ada,${customerOf.ada?.customer},active`,
      `ada,${customerOf.bob?.customer},active`,
      `,${customerOf.cyd?.customer},active`,
      "dan,active",
    ];
    const { stdout } = await audit("--users", await write("rows.csv", rows.join("\n")), "--json");
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ owners: 1 });
    expect(report.notes).toEqual(
      expect.arrayContaining([
        "1 row left out: the id of the owner came before.",
        "1 row left out: rows.csv: it has no id (first: line 4).",
        "1 row left out: rows.csv: it has fewer columns than the first line (first: line 5).",
      ]),
    );
  });

  it("keeps words that nothing in Stripe explains, and says that they are not known", async () => {
    const users = `${USERS()}\nzoe,zoe@example.com,,Lifetime,lifetime,`;
    const { stdout } = await audit("--users", await write("words.csv", users), "--json");
    const report = JSON.parse(stdout);
    expect(report.users.map(({ id }: { id: string }) => id).sort()).toEqual(["eve", "fay"]);
    expect(report.notes.join("\n")).toContain("never called wrong: Lifetime (1)");
    expect(report.notes.join("\n")).toContain("never called wrong: lifetime (1)");
  });
});

describe("what cannot be audited ends with 1 and says why:", () => {
  it.each([
    ["an empty file", "", "is empty: its first line must name the columns."],
    ["no rows", "id,customer,status\n", "There are no owners in"],
    ["one column", "id\nada\n", "has one column (id)"],
    ["no id", "who,customer,status\nada,cus_a,active\n", "No column of"],
    ["nothing that Stripe knows", "id,name,status\nada,Ada,active\n", "no user can be found in Stripe"],
    ["nothing that says who has access", "id,customer\nada,cus_a\n", "No column says who has access"],
    ["a quote that does not end", 'id,customer,status\nada,"cus_a,active\n', "is no CSV"],
    [
      "another encoding",
      Buffer.from("id,customer,name,status\nada,cus_a,Andr\xe9,active\n", "latin1"),
      "is not UTF-8",
    ],
  ])("%s", async (name, content, message) => {
    const file = await write(`${name.replaceAll(" ", "-")}.csv`, content);
    const { code, stdout, stderr } = await audit("--users", file);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("a file that is not there, a column that is not there, a field that is none", async () => {
    const users = await write("named.csv", "id,customer,status\nada,cus_a,active\n");
    expect((await audit("--users", path.join(folder, "none.csv"))).stderr).toContain("There is no file");
    expect((await audit("--users", users, "--column", "plan=tier")).stderr).toContain("has no column tier");
    expect((await audit("--users", users, "--column", "shoe=tier")).stderr).toContain("write field=column");
  });
});

describe("wrong options end with 2:", () => {
  it.each([
    [[], "Name what to look at"],
    [["--users", "a.csv", "--database-url", "postgresql://x/y"], "Name what to look at"],
    [["--database-url", "mysql://x/y"], "must begin with postgresql://"],
    [["--users", "a.csv", "--mapping", "m.yaml"], "--mapping needs --database-url"],
    [["--database-url", "postgresql://x/y", "--column", "a=b"], "need --users"],
    [["users.csv"], "audit takes options only"],
  ])("%j", async (argv, message) => {
    const { code, stderr } = await audit(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("audit of a database", () => {
  const MAPPING = `
version: 1
tables:
  owners: { table: users, key: id, where: "deleted_at IS NULL", touch: updated_at }
  subscriptions: { table: subscriptions, owner: user_id, rows: many, insert: true }
fields:
  email: owners.email
  customer: owners.stripe_id
  subscription: subscriptions.stripe_id
  status: subscriptions.status
  periodEnd: subscriptions.ends
status: { words: { on: [active, trialing], late: past_due, off: [canceled, unpaid, incomplete_expired] } }
`;

  it("needs a role that may only read, leaves it as it was, and judges by the application's own words", async () => {
    const database = await createEmptyDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const role = `reader_${path.basename(new URL(database.url).pathname)}`;
    try {
      await client.query(`CREATE TABLE public.users (id bigint PRIMARY KEY, email text, stripe_id text, deleted_at timestamptz, updated_at timestamptz);
        CREATE TABLE public.subscriptions (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id bigint REFERENCES public.users, stripe_id text UNIQUE, status text, ends date);
        CREATE INDEX ON public.subscriptions (user_id);
        CREATE ROLE ${role} LOGIN PASSWORD 'reads'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
      let id = 0;
      for (const name of ["ada", "bob", "eve", "fay"]) {
        id += 1;
        const { customer = "", subscription = "" } = customerOf[name] ?? {};
        await client.query("INSERT INTO public.users VALUES ($1, $2, $3)", [
          id,
          name === "bob" ? null : `${name}@example.com`,
          customer,
        ]);
        const status = { eve: "off", fay: "on" }[name] ?? "on";
        await client.query(
          "INSERT INTO public.subscriptions (user_id, stripe_id, status) VALUES ($1, $2, $3), ($1, $4, 'off')",
          [...[id, subscription, status, `sub_old${id}`]],
        );
      }
      await client.query("INSERT INTO public.users VALUES (99, 'gone@example.com', NULL, now())");
      const dump = async () =>
        (
          await client.query(`SELECT (SELECT string_agg(u::text || u.xmin::text, '|' ORDER BY id) FROM public.users u) AS users,
          (SELECT string_agg(s::text || s.xmin::text, '|' ORDER BY id) FROM public.subscriptions s) AS subscriptions,
          (SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_') AS schemas,
          (SELECT string_agg(c.relname, ',' ORDER BY c.oid) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace) AS relations,
          (SELECT string_agg(proname, ',') FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS functions`)
        ).rows;
      const before = await dump();
      const url = new URL(database.url);
      [url.username, url.password] = [role, "reads"];
      const mapping = await write("parity.mapping.yaml", MAPPING);
      const { code, stdout } = await audit("--database-url", url.href, "--mapping", mapping, "--json");
      const report = JSON.parse(stdout);
      expect(code).toBe(3);
      expect(report.owners).toBe(4);
      expect(stdout).not.toContain("reads@");
      const found = Object.fromEntries(
        report.users.map(({ id: user, verdict }: { id: string; verdict: string }) => [user, verdict]),
      );
      expect(found).toMatchObject({ "3": "locked_out", "4": "unpaid_access" });
      expect(await dump()).toEqual(before);

      const wrong = await write("wrong.yaml", MAPPING.replace("owners.stripe_id", "owners.stripe"));
      const refused = await audit("--database-url", url.href, "--mapping", wrong);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/line \d+, fields\.customer: .*stripe/);

      await client.query("DELETE FROM public.subscriptions; DELETE FROM public.users");
      const nobody = await audit("--database-url", url.href, "--mapping", mapping);
      expect(nobody).toMatchObject({ code: 1, stdout: "" });
      expect(nobody.stderr).toContain("There are no owners");
    } finally {
      await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await client.end();
      await database.drop();
    }
  });
});
