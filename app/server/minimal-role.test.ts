import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createWorld, STAFF, syncAll, type World } from "~/engine/testing/world";
import { readCatalog } from "~/mapping/catalog.server";
import { createDefaultMapping } from "~/mapping/default-mapping.server";
import { listGrants } from "~/mapping/grants/grants.server";
import { createDatabase } from "~/platform/client.server";
import { applyMigrations, listPendingMigrations } from "~/platform/migrations/migrate.server";
import { queryOn, withPgClient } from "~/platform/migrations/pg-client.server";
import { createExampleTables } from "~/platform/relations/example-tables.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { uninstall } from "~/platform/uninstall/uninstall.server";

const role = `parity_${randomUUID().replaceAll("-", "")}`;
let world: World;
/** The address for the role, and for the owner of the database. */
let url: string;
let ownerUrl: string;
const asOwner = (sql: string) => withPgClient(ownerUrl, (client) => client.query(sql));

beforeAll(async () => {
  const database = await createEmptyDatabase();
  ownerUrl = database.url;
  const at = new URL(ownerUrl);
  at.searchParams.set("options", `-c role=${role}`);
  url = at.toString();
  await withPgClient(ownerUrl, async (client) => {
    await createExampleTables(queryOn(client), "app");
    const mapping = createDefaultMapping({ User: "app", BillingSubscription: "app", Workspace: "app" });
    const grants = await listGrants(client, { mapping, catalog: await readCatalog(client, mapping) }, role);
    await client.query(`CREATE ROLE ${role}; ${grants.join("\n")} CREATE TABLE app.invoices (id int)`);
  });
  await applyMigrations(url, { exampleTables: "app" });
  const db = createDatabase(url, { poolSize: 5 });
  const drop = async () => {
    await db.$disconnect();
    await asOwner(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
    await database.drop();
  };
  world = await createWorld({}, undefined, { db, url, drop });
});
afterAll(() => world.close());

it("lets Parity migrate, run, repair and audit with the rights that are documented", async () => {
  expect(await listPendingMigrations(url)).toEqual([]);
  // The application's own rows are made by the application.
  await asOwner(
    `INSERT INTO app."User" (id, email) VALUES ('ada', 'ada@example.com'), ('eve', 'eve@example.com')`,
  );
  await asOwner(`INSERT INTO app."Workspace" ("ownerId", name) VALUES ('ada', 'Ada')`);
  const customer = world.sandbox.customers.create({ email: "ada@example.com", metadata: { userId: "ada" } });
  const subscription = world.sandbox.subscriptions.create({
    customer: customer.id,
    items: [{ price: world.prices.army }],
    metadata: { userId: "ada" },
  });
  expect(await syncAll(world.parity)).toMatchObject({ state: "done", synced: 1, failed: 0 });
  expect(await world.db.workspace.findMany()).toMatchObject([{ status: "active", seats: 5 }]);
  expect(await world.db.change.findMany()).toMatchObject([{ userId: "ada" }]);

  world.sandbox.subscriptions.cancel(subscription.id);
  expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
  expect(await world.db.workspace.findMany()).toMatchObject([{ status: "locked", seats: 0 }]);
});

it.each([
  `UPDATE app."User" SET email = 'other@example.com'`,
  `DELETE FROM app."User"`,
  `INSERT INTO app."User" (email) VALUES ('new@example.com')`,
  `DELETE FROM app."BillingSubscription"`,
  `UPDATE app."Workspace" SET name = 'taken'`,
  "SELECT * FROM app.invoices",
  "CREATE TABLE app.mine (id int)",
  `ALTER TABLE app."User" ADD mine int`,
  "CREATE SCHEMA mine",
])("lets it do nothing else: %s", async (sql) => {
  await expect(withPgClient(url, (client) => client.query(sql))).rejects.toThrow(
    /permission denied|must be owner/,
  );
});

it("lets it remove what it made", async () => {
  const { installation } = await uninstall(url, { force: false });
  expect(installation.obstacles).toEqual([]);
  expect(installation.connected.length).toBeGreaterThan(0);
});
