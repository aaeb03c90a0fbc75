import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmptyDatabase } from "~/platform/testing/database";
import { type Company, createCompany } from "./testing/company";

let company: Company;
beforeAll(async () => {
  company = await createCompany();
});
afterAll(() => company.close());

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
        const { customer = "", subscription = "" } = company.customers[name] ?? {};
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
      const mapping = await company.write("parity.mapping.yaml", MAPPING);
      const { code, stdout } = await company.audit(
        "--database-url",
        url.href,
        "--mapping",
        mapping,
        "--json",
      );
      const report = JSON.parse(stdout);
      expect(code).toBe(3);
      expect(report.owners).toBe(4);
      expect(stdout).not.toContain("reads@");
      const found = Object.fromEntries(
        report.users.map(({ id: user, verdict }: { id: string; verdict: string }) => [user, verdict]),
      );
      expect(found).toMatchObject({ "3": "locked_out", "4": "unpaid_access" });
      expect(await dump()).toEqual(before);

      const wrong = await company.write("wrong.yaml", MAPPING.replace("owners.stripe_id", "owners.stripe"));
      const refused = await company.audit("--database-url", url.href, "--mapping", wrong);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/line \d+, fields\.customer: .*stripe/);

      await client.query("DELETE FROM public.subscriptions; DELETE FROM public.users");
      const empty = await company.audit("--database-url", url.href, "--mapping", mapping);
      expect(empty).toMatchObject({ code: 1, stdout: "" });
      expect(empty.stderr).toContain("There are no owners");
    } finally {
      await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await client.end();
      await database.drop();
    }
  });
});
