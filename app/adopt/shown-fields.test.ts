import { expect, it } from "vitest";
import { createWorld } from "~/engine/testing/world";
import { install } from "~/mapping/testing/application";
import { withPgClient } from "~/platform/migrations/pg-client.server";

const MAPPING = `
version: 1
tables:
  owners: { table: users, key: id }
fields:
  email: owners.email
  customer: owners.customer
  subscription: owners.sub
  status: owners.status
  plan: owners.plan
  quantity: owners.quantity
  endsAt: owners.ends_at
sets: { projects: owners.projects }
plans:
  army: { lookupKeys: [army_yearly], sets: { projects: 9 } }
`;

// Fields that only this application records are compared, written and named like all others.
it("what an application records beside the usual fields is shown with its name, and alone makes no record differ from the one that was judged", async () => {
  const world = await createWorld();
  try {
    const { parity, sandbox } = world;
    await withPgClient(world.url, async (client) => {
      await client.query(`DROP SCHEMA app CASCADE; SET search_path = public;
        CREATE TABLE users (id text PRIMARY KEY, email text, customer text UNIQUE, sub text, status text, plan text, quantity int, ends_at timestamptz, projects int)`);
      for (const id of ["ada", "bob"]) {
        const customer = sandbox.customers.create({ email: `${id}@example.com` }).id;
        const items = [{ price: world.prices.army, quantity: 3 }];
        const { id: sub } = sandbox.subscriptions.create({ customer, items });
        await client.query(
          "INSERT INTO users (id, email, customer, sub, status, plan, quantity, projects) VALUES ($1, $2, $3, $4, 'active', 'army', 3, 9)",
          [id, `${id}@example.com`, customer, sub],
        );
      }
      await install(client, MAPPING);
      const run = (scope: "full" | "incremental") => parity.runs.cron({ budgetMs: 60_000, scope });
      expect(await run("full")).toMatchObject({ success: true, syncedCount: 0, skippedCount: 2 });
      expect(await parity.freshness()).toMatchObject({ drifted: 0 });

      await client.query(
        "UPDATE users SET quantity = 1, ends_at = '2027-01-02', projects = 2 WHERE id = 'ada'",
      );
      expect(await parity.freshness()).toMatchObject({ drifted: 1 });
      const before = await parity.userPage("ada");
      const lines = ["Quantity: 1 → 3", "Ends at: 2 Jan 2027 → none", "projects: 2 → 9"];
      expect(before?.user.verdict).toBe("plan_mismatch");
      expect([...(before?.plannedChanges ?? [])].sort()).toEqual([...lines].sort());
      const compared = before?.comparison.filter(({ differs }) => differs).map(({ label }) => label);
      expect(compared?.sort()).toEqual(["Ends at", "Quantity", "projects"]);

      const { runId, ...answer } = await run("incremental");
      expect(answer).toMatchObject({ success: true, syncedCount: 1 });
      const page = await parity.runs.page({ runId, limit: 5 });
      const changed = page?.users[0]?.changes.map(
        ({ label, before: was, after }) => `${label}: ${was} → ${after}`,
      );
      expect(changed?.sort()).toEqual([...lines].sort());
      const { entries } = await parity.activity.list({ userId: "ada", limit: 1 });
      expect([...(entries[0]?.changes ?? [])].sort()).toEqual([...lines].sort());
      expect(await parity.freshness()).toMatchObject({ drifted: 0 });
    });
  } finally {
    await world.close();
  }
});
