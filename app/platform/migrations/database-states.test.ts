import { afterEach, expect, it } from "vitest";
import { createDatabase } from "~/platform/client.server";
import { RELATIONS } from "~/platform/relations/relations.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { dumpOutside } from "~/platform/testing/outside";
import { applyMigrations, listPendingMigrations, listPendingMigrationsOn } from "./migrate.server";
import { withPgClient } from "./pg-client.server";

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0)) await undo();
});

/** A database of an application's: `sql` made it. */
async function createApplication(sql: string): Promise<string> {
  const { url, drop } = await createEmptyDatabase();
  cleanUp.push(drop);
  await run(url, sql);
  return url;
}

const run = (url: string, sql: string) => withPgClient(url, (client) => client.query(sql));

function withParameter(url: string, name: string, value: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.toString();
}

/** The three tables with today's names and columns, in some schema. */
const OWN_SHAPE = (schema: string) => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE ${schema}."User" (id text PRIMARY KEY DEFAULT gen_random_uuid()::text, email varchar(200) NOT NULL UNIQUE,
    "emailVerified" boolean NOT NULL DEFAULT false, name text, "stripeCustomerId" text UNIQUE, plan text, "subscriptionStatus" text,
    "currentPeriodEnd" timestamp, "cancelAtPeriodEnd" boolean NOT NULL DEFAULT false, "createdAt" timestamptz NOT NULL DEFAULT now(),
    "updatedAt" timestamptz NOT NULL DEFAULT now(), "favouriteColour" text);
  CREATE TABLE ${schema}."BillingSubscription" (id text PRIMARY KEY DEFAULT gen_random_uuid()::text, "userId" text NOT NULL UNIQUE,
    "stripeSubscriptionId" text NOT NULL UNIQUE, "stripePriceId" text NOT NULL, status text NOT NULL, plan text, amount int, currency text NOT NULL,
    interval text, "currentPeriodStart" timestamptz, "currentPeriodEnd" timestamptz, "cancelAtPeriodEnd" boolean NOT NULL DEFAULT false,
    "createdAt" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamptz NOT NULL DEFAULT now());
  CREATE TABLE ${schema}."Workspace" (id text PRIMARY KEY DEFAULT gen_random_uuid()::text, "ownerId" text NOT NULL, name text NOT NULL,
    status text NOT NULL DEFAULT 'locked', soldiers int NOT NULL DEFAULT 0, "createdAt" timestamptz NOT NULL DEFAULT now(),
    "updatedAt" timestamptz NOT NULL DEFAULT now());
  INSERT INTO ${schema}."User" (id, email) VALUES ('ada', 'ada@example.com');`;

const PRISMA_LEDGER = `
  CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
    migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0);
  INSERT INTO _prisma_migrations VALUES ('1', 'abc', now(), '20240101000000_init', NULL, NULL, now(), 1);`;

/** A Prisma application with a model `User` of its own. */
const PRISMA_USER = `${PRISMA_LEDGER}
  CREATE TYPE "Role" AS ENUM ('ADMIN', 'USER');
  CREATE TABLE "User" (id serial PRIMARY KEY, email text NOT NULL UNIQUE, roles "Role"[] DEFAULT ARRAY['USER']::"Role"[], "createdAt" timestamp(3) NOT NULL DEFAULT now());
  CREATE TABLE "Subscription" (id serial PRIMARY KEY, "userId" int NOT NULL REFERENCES "User" (id) ON DELETE CASCADE, status text NOT NULL);
  INSERT INTO "User" (email) VALUES ('ada@example.com'); INSERT INTO "Subscription" ("userId", status) VALUES (1, 'ACTIVE');`;

const FAILED_ROW = `INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('2', 'x', '20261129000000_init', 'failed')`;

const LOWER_CASE = `
  CREATE TABLE users (id text PRIMARY KEY, email text, stripe_customer_id text UNIQUE);
  INSERT INTO users VALUES ('ada', NULL, 'cus_1');`;

/** An application that has tables with the names of ours. */
const NAMESAKES = `
  CREATE TABLE "Run" (id int); CREATE TABLE "Plan" (id int); CREATE TABLE "Setting" (name text); CREATE TABLE "Link" (a int);
  CREATE TABLE migrations (id int); CREATE TABLE jobs (id int); CREATE SEQUENCE observation_version;
  CREATE FUNCTION add_job() RETURNS int LANGUAGE sql AS 'SELECT 1';
  INSERT INTO "Plan" VALUES (1); INSERT INTO migrations VALUES (7);`;

const MAPPED: string[] = [];
const UNMAPPED = [RELATIONS];

type State = [state: string, sql: string, pending: string[], parameter?: [name: string, value: string]];

const STATES: State[] = [
  [
    "A4: the application in a schema of its own, a view in public",
    `${OWN_SHAPE("app")} CREATE VIEW "User" AS SELECT * FROM app."User"`,
    UNMAPPED,
  ],
  [
    "A5: a Prisma application with a model User, after a failed attempt",
    `${PRISMA_USER} ${FAILED_ROW}`,
    UNMAPPED,
  ],
  [
    "A7: ?schema=parity, pg_trgm in public",
    `${PRISMA_USER} CREATE EXTENSION pg_trgm`,
    UNMAPPED,
    ["schema", "parity"],
  ],
  ["A8: an empty search path", OWN_SHAPE("public"), MAPPED, ["options", "-csearch_path="]],
  [
    "A3, A9: the three tables in public, and tables with the names of ours",
    `${NAMESAKES} ${OWN_SHAPE("public")}`,
    MAPPED,
  ],
];
/** Each like one of those in what it goes through; `npm run hunt` tries them too. */
const MORE_STATES: State[] = [
  ["A1: empty", "", UNMAPPED],
  [
    "A3: the three tables on the search path of the role",
    OWN_SHAPE("shop"),
    MAPPED,
    ["options", "-csearch_path=shop"],
  ],
  ["A6: a Prisma application in lower case", `${PRISMA_LEDGER} ${LOWER_CASE}`, UNMAPPED],
  ["A7: ?schema=app", OWN_SHAPE("public"), MAPPED, ["schema", "app"]],
  [
    "A8: a search path of parity alone",
    `${OWN_SHAPE("public")} CREATE EXTENSION pg_trgm`,
    MAPPED,
    ["options", "-csearch_path=parity"],
  ],
];

it.each(process.env.PARITY_HUNT ? [...STATES, ...MORE_STATES] : STATES)(
  "makes only what is ours, once, whatever is there: %s",
  async (_, sql, pending, parameter) => {
    const plain = await createApplication(sql);
    const url = parameter ? withParameter(plain, ...parameter) : plain;
    const before = await dumpOutside(plain);
    const ended = await Promise.all([applyMigrations(url), applyMigrations(url)]);
    ended.push(await applyMigrations(url));
    expect(ended.map(({ unmapped }) => unmapped.length > 0)).toEqual(ended.map(() => pending.length > 0));
    expect(ended.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    expect(await dumpOutside(plain)).toEqual(before);

    // Every connection sees the same, whatever its search path is.
    for (const address of [url, plain, withParameter(plain, "options", "-csearch_path=pg_temp")]) {
      expect(await listPendingMigrations(address)).toEqual(pending);
      const db = createDatabase(address, { poolSize: 1 });
      expect(await listPendingMigrationsOn(db)).toEqual(pending);
      expect(await db.run.count()).toBe(0);
      if (pending.length === 0)
        expect(await db.$queryRaw`SELECT id FROM parity."User"`).toEqual([{ id: "ada" }]);
      await db.$disconnect();
    }

    await run(plain, "DROP SCHEMA parity CASCADE");
    expect(await dumpOutside(plain)).toEqual(before);
  },
);

it("names the table and the column of the application that it could not map", async () => {
  const url = await createApplication(PRISMA_USER);
  const { unmapped } = await applyMigrations(url);
  expect(unmapped).toEqual(
    expect.arrayContaining([
      'public."User"."id" is integer; it should be text or character varying.',
      'public."User"."emailVerified" is missing; it should be boolean.',
      'There is no table "BillingSubscription" in public.',
    ]),
  );
});

const NOT_PLAIN: [sql: string, problem: string][] = [
  [
    `ALTER TABLE "BillingSubscription" DROP CONSTRAINT "BillingSubscription_userId_key"`,
    'public."BillingSubscription"."userId" has no unique index.',
  ],
  [
    `ALTER TABLE "BillingSubscription" ALTER id DROP DEFAULT`,
    'public."BillingSubscription"."id" has no default, and Parity inserts rows without it.',
  ],
  [
    `ALTER TABLE "BillingSubscription" ADD "teamId" int NOT NULL`,
    'public."BillingSubscription"."teamId" is required, and Parity does not know it.',
  ],
  [
    `ALTER TABLE "User" ALTER email DROP NOT NULL`,
    'public."User"."email" may be NULL; it should be NOT NULL.',
  ],
  [`ALTER TABLE "User" SET SCHEMA app`, 'There is no table "User" in public. There is app."User".'],
  [
    `ALTER TABLE "Workspace" RENAME TO w; CREATE VIEW "Workspace" AS SELECT * FROM w`,
    'public."Workspace" is a view, not a table.',
  ],
];

it("maps nothing where a plain view would not do, and says why", async () => {
  const url = await createApplication("CREATE SCHEMA app");
  await applyMigrations(url);
  for (const [sql, problem] of NOT_PLAIN) {
    await run(url, `DROP SCHEMA public, app CASCADE`);
    // The role of the tests has the name of our schema, which would come first on its search path.
    await run(url, `SET search_path = public; CREATE SCHEMA app; ${OWN_SHAPE("public")} ${sql}`);
    expect((await applyMigrations(url)).unmapped).toEqual([problem]);
    expect(await listPendingMigrations(url)).toEqual([RELATIONS]);
  }
});

it("makes the example tables only where they are asked for, and nothing of that name is there", async () => {
  const url = await createApplication("");
  expect((await applyMigrations(url)).unmapped).toHaveLength(3);
  expect(await applyMigrations(url, { exampleTables: "public" })).toEqual({
    applied: ["example tables", RELATIONS],
    unmapped: [],
  });
  const other = await createApplication(PRISMA_USER);
  const before = await dumpOutside(other);
  expect((await applyMigrations(other, { exampleTables: "public" })).unmapped.length).toBeGreaterThan(0);
  expect(await dumpOutside(other)).toEqual(before);
});

it("leaves a schema parity alone that is not ours, and says what is in it", async () => {
  const url = await createApplication(`CREATE SCHEMA parity; CREATE TABLE parity.bits (id int)`);
  await expect(applyMigrations(url)).rejects.toThrow(
    'The schema parity holds "bits", which is not Parity\'s.',
  );
  await run(url, "DROP TABLE parity.bits; CREATE EXTENSION pg_trgm SCHEMA parity");
  expect((await applyMigrations(url)).applied.length).toBeGreaterThan(0);
});
