import { afterAll, beforeAll, expect, it } from "vitest";
import { type Application, openApplications } from "../testing/application";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

const TABLES = `
  CREATE TABLE users (id int PRIMARY KEY, email text, plan text, customer text UNIQUE, other text DEFAULT 'kept');
  CREATE TABLE subs (user_id text PRIMARY KEY, sub text NOT NULL UNIQUE, status text NOT NULL CHECK (status <> 'forbidden'), note text DEFAULT 'kept')`;
const file = (end: string) => `
version: 1
tables:
  owners: { table: users, key: id }
  subscriptions: { table: subs, owner: user_id, insert: true, end: ${end} }
fields:
  email: owners.email
  plan: owners.plan
  customer: owners.customer
  subscription: subscriptions.sub
  status: subscriptions.status
`;
const record = (id: number, { status = "active", sub = `sub_${id}` } = {}) => ({
  userId: String(id),
  user: { stripeCustomerId: `cus_${id}`, plan: "pro", subscriptionStatus: status },
  billing: { stripeSubscriptionId: sub },
});
const addUsers = ({ client }: Application, count: number) =>
  client.query(`INSERT INTO users (id) SELECT generate_series(1, ${count})`);

it("writes many records with one statement for each table", () =>
  applications.run(TABLES, file("keep"), async (application) => {
    await addUsers(application, 500);
    await application.client.query(`
      CREATE TABLE calls (name text);
      CREATE FUNCTION count_call() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO calls VALUES (TG_TABLE_NAME || ' ' || TG_OP); RETURN NULL; END $$;
      CREATE TRIGGER calls AFTER UPDATE OR INSERT ON users FOR EACH STATEMENT EXECUTE FUNCTION count_call();
      CREATE TRIGGER calls AFTER UPDATE OR INSERT ON subs FOR EACH STATEMENT EXECUTE FUNCTION count_call()`);
    const records = Array.from({ length: 500 }, (_, at) => record(at + 1));
    expect(await application.write(...records)).toBe(1_000);
    expect(await application.rows("SELECT name, count(*)::int FROM calls GROUP BY 1 ORDER BY 1")).toEqual([
      { name: "subs INSERT", count: 1 },
      // Rows of users who were deleted are taken over, then rows are updated.
      { name: "subs UPDATE", count: 2 },
      { name: "users UPDATE", count: 1 },
    ]);
    expect(await application.write(...records)).toBe(0);
    expect(await application.rows("SELECT DISTINCT other FROM users")).toEqual([{ other: "kept" }]);
  }));

it.each([
  [
    "NOT NULL",
    `ALTER TABLE users ADD CONSTRAINT named CHECK (plan IS NOT NULL OR customer IS NULL)`,
    { plan: null },
    "23514",
    `public.users: new row for relation "users" violates check constraint "named"`,
  ],
  [
    "CHECK",
    "",
    { subscriptionStatus: "forbidden" },
    "23514",
    `public.subs: new row for relation "subs" violates check constraint "subs_status_check"`,
  ],
  [
    "the application's own trigger",
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
     CREATE TRIGGER refuse BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse()`,
    {},
    "P0001",
    `public.users: not this one`,
  ],
  [
    "a foreign key",
    "ALTER TABLE users ADD FOREIGN KEY (plan) REFERENCES users (customer)",
    {},
    "23503",
    `public.users: insert or update on table "users" violates foreign key constraint "users_plan_fkey"`,
  ],
])("says which table refused and why: %s", (_, change, user, code, message) =>
  applications.run(TABLES, file("keep"), async (application) => {
    await addUsers(application, 1);
    if (change) await application.client.query(change);
    const one = record(1);
    await expect(application.write({ ...one, user: { ...one.user, ...user } })).rejects.toMatchObject({
      code,
      message,
    });
  }),
);

it("an unqualified name in the application's own trigger is found as the application finds it", () =>
  applications.run(TABLES, file("keep"), async (application) => {
    await addUsers(application, 1);
    await application.client.query(`
      CREATE TABLE audit (what text);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (NEW.plan); RETURN NEW; END $$;
      CREATE TRIGGER note BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note()`);
    expect(await application.write(record(1))).toBe(2);
    expect(await application.rows("SELECT * FROM audit")).toEqual([{ what: "pro" }]);
  }));

it.each([
  ["keep", [{ sub: "sub_1", status: "canceled", note: "kept" }]],
  ["delete", []],
])("at the end: %s", (end, rows) =>
  applications.run(TABLES, file(end), async (application) => {
    await addUsers(application, 1);
    await application.write(record(1));
    const ended = { ...record(1, { status: "canceled" }), ends: true };
    expect(await application.write(ended)).toBe(1);
    expect(await application.rows("SELECT sub, status, note FROM subs")).toEqual(rows);
    expect(await application.write(ended)).toBe(0);
  }),
);

it("takes over the row of an owner who was deleted, and of no other", () =>
  applications.run(TABLES, file("keep"), async (application) => {
    await addUsers(application, 2);
    await application.client.query(
      `INSERT INTO subs VALUES ('77', 'sub_a', 'canceled'), ('2', 'sub_b', 'active')`,
    );
    expect(await application.write({ ...record(1, { sub: "sub_a" }), takesOverRow: true })).toBe(3);
    expect(await application.rows("SELECT user_id, sub, status FROM subs ORDER BY sub")).toEqual([
      { user_id: "1", sub: "sub_a", status: "active" },
      { user_id: "2", sub: "sub_b", status: "active" },
    ]);
    await expect(
      application.write({ ...record(1, { sub: "sub_b" }), takesOverRow: true }),
    ).rejects.toMatchObject({ code: "23505" });
  }));

it("locks the rows of an owner, and says which others have locked", async () => {
  await applications.client.query(
    `CREATE SCHEMA locks; ${TABLES.replaceAll("CREATE TABLE ", "CREATE TABLE locks.")}`,
  );
  const other = await applications.connect();
  try {
    await applications.withTables("SELECT 1", async () => {
      const { client } = applications;
      await client.query("INSERT INTO locks.users (id) VALUES (1), (2)");
      await client.query("INSERT INTO locks.subs VALUES ('2', 'sub_2', 'active')");
      await applications.install(file("keep").replaceAll("table: ", "table: locks."));
      await client.query("COMMIT");
    });
    await other.query("BEGIN");
    await other.query("SELECT FROM locks.subs FOR NO KEY UPDATE");
    const { rows } = await applications.client.query(
      "SELECT parity.lock_records(ARRAY['1', '2', 'x'], true) AS id",
    );
    expect(rows).toEqual([{ id: "2" }]);
    await applications.client.query("SET lock_timeout = '20ms'");
    await expect(
      applications.client.query("SELECT parity.lock_records(ARRAY['1', '2'], false)"),
    ).rejects.toMatchObject({ code: "55P03" });
    expect((await applications.client.query("SELECT parity.lock_records(ARRAY['1'], false)")).rows).toEqual(
      [],
    );
  } finally {
    await other.query("ROLLBACK");
    await other.end();
  }
});

it("the application can change and drop its columns as if there were no Parity", () =>
  applications.run(TABLES, file("keep"), async (application) => {
    await application.client.query("ALTER TABLE users ALTER COLUMN plan TYPE varchar(20), DROP COLUMN email");
    await application.client.query("SAVEPOINT before");
    await expect(application.rows(`SELECT * FROM parity."User"`)).rejects.toMatchObject({
      code: "42703",
      message: "column owners.email does not exist",
    });
    await application.client.query("ROLLBACK TO before; DROP TABLE users CASCADE");
  }));

it("finds an owner among many by the application's own index, also by a key of another type", () =>
  applications.run(
    `CREATE TABLE users (id bigint PRIMARY KEY, email text, plan text, customer text UNIQUE);
     CREATE TABLE subs (user_id text PRIMARY KEY, sub text UNIQUE, status text);
     INSERT INTO users SELECT id, NULL, NULL, 'cus_' || id FROM generate_series(1, 20000) id; INSERT INTO subs SELECT id, 'sub_' || id, 'active' FROM users;
     ANALYZE users; ANALYZE subs`,
    file("keep"),
    async ({ rows }) => {
      const queries = [
        "SELECT * FROM parity.users_by_id(ARRAY['77', '78'])",
        "SELECT * FROM parity.billing_by_user(ARRAY['77', '78'])",
        `SELECT * FROM parity."User" WHERE "stripeCustomerId" = 'cus_7'`,
        "SELECT * FROM parity.users_by_subscription(ARRAY['sub_7'])",
      ];
      for (const query of queries) {
        const plan = (await rows(`EXPLAIN ${query}`)).map((row) => row["QUERY PLAN"]).join("\n");
        expect(plan).not.toContain("Seq Scan");
        expect(plan).toContain("Index");
      }
    },
  ));
