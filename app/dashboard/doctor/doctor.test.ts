import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addPayingUser, createWorld, type World } from "~/engine/testing/world";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import { createSurroundings, type Surroundings } from "~/platform/surroundings/surroundings.server";
import { OLDEST_NODE } from "./checks/server";
import { type DoctorPart, examine } from "./doctor.server";

const APP_URL = "https://parity.example.com";
const ENDPOINT = `${APP_URL}/api/stripe/webhook`;

let world: World;
beforeAll(async () => {
  world = await createWorld({ webhookHosts: ["parity.example.com"] });
  await addPayingUser(world, "ada");
  await world.parity.runs.cron({ budgetMs: 20_000, scope: "full" });
});
afterAll(() => world.close());

type Given = { around?: Partial<Surroundings>; part?: DoctorPart; takesWebhooks?: boolean; isOpen?: boolean };

const look = ({ around = {}, part = "rest", takesWebhooks = true, isOpen = true }: Given = {}) =>
  examine(
    {
      surroundings: createSurroundings({ databaseUrl: world.url, appUrl: APP_URL, ...around }),
      installed: isOpen
        ? { ...world.deps, checkout: null, database: world.parity.database, takesWebhooks }
        : null,
      opening: isOpen ? null : "The database is behind by 1 migration.",
      log: world.deps.log,
    },
    part,
  );

/** "problem text → remedy" of one check. */
async function find(id: string, given?: Given): Promise<string> {
  const { checks } = await look(given);
  const found = checks.find((check) => check.id === id)?.found ?? [];
  return found.map(({ level, text, remedy }) => `${level} ${text} → ${remedy ?? "nothing"}`).join("\n");
}

const run = (sql: string) => withPgClient(world.url, (client) => client.query(sql));

it("looks at everything once, says nothing green that it does not know, and names a remedy for all that is wrong", async () => {
  const { checks, findings, unknown } = await look({ part: "all" });
  const all = checks.flatMap(({ found }) => found);
  expect(checks.every(({ found }) => found.length > 0)).toBe(true);
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  expect(all.filter(({ level, remedy }) => level !== "ok" && level !== "unknown" && !remedy)).toEqual([]);
  expect(findings).toBe(all.filter(({ level }) => level === "problem" || level === "warning").length);
  expect(unknown).toBe(all.filter(({ level }) => level === "unknown").length);
});

it("asks Stripe nothing unless that is wanted", async () => {
  world.sandbox.requests.clear();
  const { checks } = await look();
  expect(checks.map(({ group }) => group)).not.toContain("stripe");
  expect(world.sandbox.requests.list()).toEqual([]);
});

it("Node, address and secrets", async () => {
  const { engines } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(engines.node).toBe(`>=${OLDEST_NODE.major}.${OLDEST_NODE.minor}`);
  const around = {
    nodeVersion: "v18.19.0",
    appUrl: "http://parity.example.com",
    secrets: [{ variable: "CRON_SECRET", length: 16 }],
  };
  expect(await find("node", { around })).toMatch(/^problem v18\.19\.0 .* → Use Node 20\.19 or newer/);
  expect(await find("address", { around })).toMatch(/^warning .*unencrypted\. → Put HTTPS/);
  expect(await find("secrets", { around })).toMatch(/^warning CRON_SECRET has 16 characters/);
  expect(await find("address", { around: { appUrl: null } })).toMatch(/^unknown/);
});

it("a server whose clock is six minutes wrong", async () => {
  const around = { now: () => Date.now() / 1000 + 360 };
  expect(await find("clock", { around })).toMatch(/^problem .*36\d seconds ahead of the database’s/);
  expect(await find("stripe_clock", { around, part: "stripe" })).toMatch(/36\d seconds ahead of Stripe’s/);
});

it("a database that cannot be reached is said once, and the rest is not known", async () => {
  const around = { databaseUrl: "postgresql://parity:secret@127.0.0.1:1/nothing" };
  const { checks, findings } = await look({ around, isOpen: false });
  const found = checks.flatMap((check) => check.found.map((one) => ({ id: check.id, ...one })));
  expect(found.filter(({ level }) => level === "problem").map(({ id }) => id)).toEqual([
    "environment",
    "database",
  ]);
  expect(found.find(({ id }) => id === "database")?.remedy).toContain("host and port of DATABASE_URL");
  expect(found.filter(({ level }) => level === "ok").map(({ id }) => id)).toEqual(["node", "address"]);
  expect(findings).toBe(2);
  expect(JSON.stringify(found)).not.toContain("secret@");
});

it("an environment that is not valid: each variable, and the database all the same", async () => {
  const problems = [{ variable: "APP_SECRET", message: "should have at least 32 characters" }];
  const given = { around: { problems }, isOpen: false };
  expect(await find("environment", given)).toMatch(
    /^problem APP_SECRET: should have .* → Correct APP_SECRET/,
  );
  expect(await find("database", given)).toMatch(/^ok .*It answers and can be written/);
  expect(await find("scheduler", given)).toMatch(/^unknown Not looked at/);
});

it("a read-only database, and Parity’s schema on the search path", async () => {
  const name = new URL(world.url).pathname.slice(1);
  await run(
    `ALTER DATABASE ${name} SET default_transaction_read_only = on; ALTER DATABASE ${name} SET search_path = "$user", public`,
  );
  try {
    expect(await find("database")).toMatch(/^problem .* is read-only.* → Point DATABASE_URL at the primary/);
    expect(await find("search_path")).toMatch(
      /^warning The role is named parity.* → .*ALTER ROLE parity SET search_path = public/,
    );
  } finally {
    await run(`SET transaction_read_only = off; ALTER DATABASE ${name} RESET ALL`);
  }
  expect(await find("search_path", { around: { isDemo: true } })).toMatch(/^ok/);
});

it("a schema that is behind, newer, or not there", async () => {
  await run(
    `CREATE TABLE kept AS TABLE parity."AppliedMigration"; DELETE FROM parity."AppliedMigration" WHERE name LIKE '%mapping'`,
  );
  try {
    expect(await find("schema")).toMatch(
      /^problem The database is behind by 20261130050000_mapping.* → Run: npm run db:migrate/,
    );
    await run(`INSERT INTO parity."AppliedMigration" VALUES ('20991231000000_later', 'x')`);
    expect(await find("schema")).toMatch(
      /^warning The database is newer than this program: it has 20991231000000_later/,
    );
    await run(`ALTER TABLE parity."AppliedMigration" RENAME TO hidden`);
    expect(await find("schema")).toMatch(/^problem Parity’s own tables are not there yet/);
    await run(`ALTER TABLE parity.hidden RENAME TO "AppliedMigration"`);
  } finally {
    await run(
      `TRUNCATE parity."AppliedMigration"; INSERT INTO parity."AppliedMigration" TABLE kept; DROP TABLE kept`,
    );
  }
  expect(await find("schema")).toMatch(/^ok/);
});

it("a mapping that does not fit any more, a look-up without an index, words that it does not know, and no users", async () => {
  expect(await find("mapping")).toMatch(/^ok The mapping that comes with Parity/);
  await run(`ALTER TABLE app."User" RENAME COLUMN plan TO tier; DROP INDEX app."Workspace_ownerId_idx"`);
  expect(await find("mapping")).toMatch(/^problem .*plan.* → .*adopt --check/);
  expect(await find("look_ups")).toMatch(
    /^warning .*ownerId has no index.* → Run in the application’s database: CREATE INDEX CONCURRENTLY ON app\."Workspace" \("ownerId"\);/,
  );
  await run(
    `ALTER TABLE app."User" RENAME COLUMN tier TO plan; CREATE INDEX "Workspace_ownerId_idx" ON app."Workspace" ("ownerId")`,
  );
  await world.db.user.create({
    data: { id: "eve", email: "eve@example.com", plan: "lifetime", subscriptionStatus: "vip" },
  });
  expect(await find("words")).toMatch(
    /^warning 1 user has the status “vip”.*\nwarning 1 user has the plan “lifetime”/,
  );
  await world.db.user.deleteMany({ where: { id: "eve" } });
  await run(
    `ALTER TABLE app."User" RENAME TO people; CREATE TABLE app."User" (LIKE app.people INCLUDING ALL)`,
  );
  expect(await find("owners")).toMatch(/^problem The mapping finds no user/);
  await run(`DROP TABLE app."User"; ALTER TABLE app.people RENAME TO "User"`);
  await run(`CREATE TABLE away AS TABLE parity."Mapping"; DELETE FROM parity."Mapping"`);
  expect(await find("mapping")).toMatch(/^problem Parity does not know the application’s tables.* → .*adopt/);
  await run(`CREATE TABLE app.members (owner text, email text); INSERT INTO parity."Mapping" TABLE away;
    UPDATE parity."Mapping" SET mapping = jsonb_set(mapping, '{fields,email}', '{"sql": "(SELECT m.email FROM app.members m WHERE m.owner = owners.id LIMIT 1)"}')`);
  expect(await find("look_ups")).toMatch(/^warning app\.members: an owner .* reading the whole table.* → /);
  await run(
    `DROP TABLE app.members; TRUNCATE parity."Mapping"; INSERT INTO parity."Mapping" TABLE away; DROP TABLE away`,
  );
});

it("a right that the role lacks, with the statement that gives it", async () => {
  const role = `doctor_${Date.now()}`;
  await run(`
    CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA parity, app TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA parity, app TO ${role};
    GRANT UPDATE, INSERT ON app."User", app."BillingSubscription" TO ${role}; GRANT UPDATE (status) ON app."Workspace" TO ${role}`);
  try {
    const url = new URL(world.url);
    url.searchParams.set("options", `-c role=${role}`);
    const found = await find("rights", { around: { databaseUrl: url.toString() } });
    expect(found).toBe(
      `problem The role lacks a right that the mapping needs. → The owner of the database runs: GRANT UPDATE ("soldiers", "updatedAt") ON "app"."Workspace" TO "${role}";`,
    );
  } finally {
    await run(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
  expect(await find("rights")).toMatch(/^ok/);
});

it("times without a zone in a database of another zone", async () => {
  const name = new URL(world.url).pathname.slice(1);
  await run(
    `ALTER DATABASE ${name} SET timezone = 'Europe/Berlin'; ALTER TABLE app."User" ALTER "currentPeriodEnd" TYPE timestamp`,
  );
  try {
    expect(await find("zones")).toMatch(
      /^warning owners\.currentPeriodEnd.* Europe\/Berlin.* → .*timeZone: Europe\/Berlin/,
    );
  } finally {
    await run(
      `ALTER TABLE app."User" ALTER "currentPeriodEnd" TYPE timestamptz(3); ALTER DATABASE ${name} RESET ALL`,
    );
  }
});

const asked: Given = { part: "stripe" };

it("the webhook endpoint: missing, disabled, without an event, forbidden, in order", async () => {
  expect(await find("endpoint", asked)).toMatch(
    /^warning Stripe has no endpoint for https:\/\/parity.*webhook/,
  );
  const { id } = world.sandbox.webhookEndpoints.create({
    url: ENDPOINT,
    enabled_events: ["customer.created"],
  });
  expect(await find("endpoint", asked)).toMatch(new RegExp(`^warning ${id} does not send .*invoice\\.paid`));
  world.sandbox.webhookEndpoints.update(id, { disabled: true });
  expect(await find("endpoint", asked)).toMatch(new RegExp(`^problem ${id} is disabled`));
  world.sandbox.webhookEndpoints.update(id, { disabled: false, enabled_events: ["*"] });
  expect(await find("endpoint", asked)).toMatch(new RegExp(`^ok ${id} is enabled and sends all`));
  expect(await find("endpoint", { ...asked, takesWebhooks: false })).toMatch(
    /^problem STRIPE_WEBHOOK_SECRET is not set/,
  );
  world.sandbox.control.permissions.deny("rak_webhook_read");
  expect(await find("endpoint", asked)).toMatch(/^unknown Not known: the key may not read webhook endpoints/);
  world.sandbox.control.permissions.allow();
  expect(await world.db.stripeRefusal.count()).toBe(0);
  world.sandbox.webhookEndpoints.delete(id);
});

it("undelivered events, and a key that may not read them", async () => {
  expect(await find("undelivered", asked)).toMatch(/^ok/);
  world.sandbox.account.events.wasDelivered = () => false;
  expect(await find("undelivered", asked)).toMatch(/^warning \d+ events were not delivered/);
  world.sandbox.account.events.wasDelivered = () => true;
  world.sandbox.control.permissions.deny("rak_event_read");
  expect(await find("undelivered", asked)).toMatch(/^unknown .*Events: Read/);
  world.sandbox.control.permissions.allow();
});

it("the account, a refused key, and a Stripe that does not answer", async () => {
  expect(await find("account", asked)).toMatch(/^ok acct_\w+, test mode/);
  await world.db
    .$executeRaw`UPDATE parity."Setting" SET value = jsonb_set(value, '{accountId}', '"acct_other"') WHERE key = 'binding'`;
  expect(await find("account", asked)).toMatch(
    /^problem The key belongs to acct_\w+ .*acct_other.* → .*parity -- bind/,
  );
  await world.db.setting.deleteMany({ where: { key: "binding" } });
  world.sandbox.control.addFault({ effect: { type: "hang" }, times: 100 });
  const { checks, findings } = await examine(
    {
      surroundings: createSurroundings({ appUrl: APP_URL }),
      installed: { ...world.deps, checkout: null, database: world.parity.database, takesWebhooks: true },
      ...{ opening: null, log: world.deps.log },
    },
    "stripe",
    300,
  );
  expect(checks.find(({ id }) => id === "permissions")?.found[0]?.text).toMatch(
    /no answer within 0\.3 seconds/,
  );
  expect(findings).toBeGreaterThan(0);
  world.sandbox.control.reset();
});

it("plans without a price, prices without a plan with their money, and none at all", async () => {
  await world.db.plan.create({ data: { id: "team", name: "Team", seats: 3 } });
  expect(await find("prices")).toMatch(/warning The plan team has no price/);
  await world.db.plan.deleteMany({ where: { id: "team" } });
  const mappings = await world.db.planPrice.findMany();
  await world.db.planPrice.deleteMany();
  expect(await find("prices")).toMatch(/^problem No price is mapped to a plan/);
  expect(await find("unmapped")).toMatch(
    /^warning price_\w+ .*1 subscription, \$16\.67 per month.* → .*plans map price_/,
  );
  await world.db.planPrice.createMany({ data: mappings });
});

it("the scheduler, its last run, workers and the queue", async () => {
  expect(await find("scheduler")).toMatch(/^ok/);
  expect(await find("last_run")).toMatch(/^ok The last full run ended well/);
  await world.db.run.updateMany({ data: { state: "failed", reason: "unauthorized" } });
  expect(await find("last_run")).toMatch(
    /^problem The last full run ended as failed.*unauthorized.* → .*parity -- runs/,
  );
  await world.db.run.updateMany({ data: { state: "done", reason: null, failed: 2 } });
  expect(await find("last_run")).toMatch(/^warning The last full run left 2 users failed/);
  expect(await find("workers")).toMatch(/^warning No process takes jobs/);
  expect(await find("workers", { around: { staysAlive: false } })).toMatch(/^ok No process stays alive/);
  await world.db.workerProcess.create({ data: { poolId: "one" } });
  expect(await find("workers")).toMatch(/^ok 1 process takes jobs/);
  await world.db.setting.updateMany({ where: { key: "writeMode" }, data: { value: "off" } });
  expect(await find("write_mode")).toMatch(/^warning The write mode is off.* → .*writeMode grant_only/);
});
