import type pg from "pg";
import { expect, it } from "vitest";
import { createWorld } from "~/engine/testing/world";
import { install } from "~/mapping/testing/application";
import { withPgClient } from "~/platform/migrations/pg-client.server";

const mapping = (owners: string) => `
version: 1
tables:
  owners: { table: users, key: id${owners} }
fields:
  email: owners.email
  customer: owners.customer
  subscription: owners.sub
  status: owners.status
plans:
  army: { lookupKeys: [army_yearly] }
`;

const readUsers = async (client: pg.Client) =>
  (await client.query("SELECT id, sub, status FROM users ORDER BY id")).rows;

it("owners without an address are healed, those who count as deleted are left alone, and a mapping that changes is judged by in the next run", async () => {
  const world = await createWorld();
  try {
    await withPgClient(world.url, async (client) => {
      await client.query(`DROP SCHEMA app CASCADE; SET search_path = public;
        CREATE TABLE users (id text PRIMARY KEY, email text, customer text UNIQUE, sub text, status text, deleted_at timestamptz)`);
      const subscriptions: Record<string, string> = {};
      for (const id of ["ada", "bob", "cat"]) {
        const customer = world.sandbox.customers.create({ email: `${id}@example.com` }).id;
        const { id: subscription } = world.sandbox.subscriptions.create({
          customer,
          items: [{ price: world.prices.army }],
        });
        subscriptions[id] = subscription;
        await client.query("INSERT INTO users (id, customer) VALUES ($1, $2)", [id, customer]);
      }
      const { ada, bob, cat } = subscriptions;
      await client.query("UPDATE users SET deleted_at = now() WHERE id = 'bob'");
      await client.query("UPDATE users SET sub = $1, status = 'active' WHERE id = 'cat'", [cat]);
      world.sandbox.subscriptions.cancel(cat ?? "");
      const run = (scope: "full" | "incremental") => world.parity.runs.cron({ budgetMs: 60_000, scope });

      await install(client, mapping(', where: "deleted_at IS NULL"'));
      expect(await run("full")).toMatchObject({ success: true, total: 2, syncedCount: 2 });
      expect(await readUsers(client)).toEqual([
        { id: "ada", sub: ada, status: "active" },
        { id: "bob", sub: null, status: null },
        { id: "cat", sub: cat, status: "canceled" },
      ]);
      expect(await run("incremental")).toMatchObject({ syncedCount: 0 });

      // No record and no word is another than before; only what is kept at the end.
      await install(client, mapping(", end: clear"));
      expect(await run("incremental")).toMatchObject({ success: true, total: 3, syncedCount: 2 });
      expect(await readUsers(client)).toEqual([
        { id: "ada", sub: ada, status: "active" },
        { id: "bob", sub: bob, status: "active" },
        { id: "cat", sub: null, status: "canceled" },
      ]);
    });
  } finally {
    await world.close();
  }
});
