import { afterAll, beforeAll, expect, it } from "vitest";
import { readCatalog } from "~/mapping/catalog.server";
import { checkMapping } from "~/mapping/check-mapping";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { openApplications } from "~/mapping/testing/application";
import { checkData } from "./check-data";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

it("where no flag is set none is written: it means the same", () =>
  applications.run(
    `CREATE TABLE users (id text PRIMARY KEY, cancels boolean, is_pro boolean, extra boolean, note text);
     INSERT INTO users VALUES ('a', NULL, NULL, NULL, 'x'), ('b', true, true, true, 'x')`,
    `
version: 1
tables:
  owners: { table: users, key: id }
fields:
  customer: owners.note
  cancelAtPeriodEnd: owners.cancels
access: { by: boolean, column: owners.is_pro }
sets: { extra: owners.extra }
`,
    async ({ rows, user, write }) => {
      const off = (id: string, set: boolean | null) => ({
        ...{ userId: id, user: { cancelAtPeriodEnd: false, "sets.extra": set } },
        workspaces: [{ id, status: "locked", seats: 0 }],
      });
      expect(await user("a")).toMatchObject({ cancelAtPeriodEnd: false });
      expect(await write(off("a", null))).toBe(0);
      expect(await rows("SELECT cancels, is_pro, extra FROM users WHERE id = 'a'")).toEqual([
        { cancels: null, is_pro: null, extra: null },
      ]);
      // What a plan sets says no only where no is written.
      expect(await write(off("a", false), off("b", false))).toBe(2);
      expect(await rows("SELECT cancels, is_pro, extra FROM users ORDER BY id")).toEqual([
        { cancels: null, is_pro: null, extra: false },
        { cancels: false, is_pro: false, extra: false },
      ]);
    },
  ));

const KINDS = (type: string) => `
  CREATE TABLE users (id ${type} PRIMARY KEY, customer text, plan text);
  CREATE TABLE teams (id ${type} PRIMARY KEY, customer text, plan text)`;
const KINDS_FILE = `
version: 1
tables:
  owners:
    - { as: users, table: users, key: id, fields: { customer: users.customer, plan: users.plan } }
    - { as: teams, table: teams, key: id, fields: { customer: teams.customer, plan: teams.plan } }
fields: {}
access: { by: plan }
`;
const readFile = () => {
  const parsed = parseMapping(KINDS_FILE);
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.mapping;
};

it("two kinds of owners whose keys are numbers are refused: the same number stands for one of each", () =>
  applications.withTables(KINDS("serial"), async (client) => {
    const mapping = readFile();
    const findings = checkMapping(mapping, await readCatalog(client, mapping));
    expect(findings.filter(({ isWarning }) => !isWarning)).toEqual([
      {
        path: ["tables", "owners", 1, "key"],
        message: expect.stringContaining(
          "the keys of public.users and of public.teams are whole numbers, so that two owners would have the same id",
        ),
      },
    ]);
  }));

it("an id that two owners have is said by the check, and neither of them is written", () =>
  applications.run(
    `${KINDS("text")}; INSERT INTO users VALUES ('a'), ('same'); INSERT INTO teams VALUES ('b'), ('same')`,
    KINDS_FILE,
    async ({ client, rows, write }) => {
      const empty = {
        customer: null,
        subscription: null,
        status: null,
        plan: null,
        price: null,
        product: null,
      };
      const owners = await rows(`SELECT id FROM parity."User"`);
      const checks = checkData(
        readFile(),
        owners.map(({ id }) => ({
          ...{ ...empty, id: String(id), email: "a@example.com", periodEnd: null, cancelAtPeriodEnd: null },
        })),
      );
      expect(checks.filter(({ level }) => level === "problem").map(({ text }) => text)).toEqual([
        "1 ids stand for several owners (same): among users and teams each id must be of one owner",
      ]);
      const record = (userId: string) => ({ userId, user: { stripeCustomerId: `cus_${userId}` } });
      expect(await write(record("a"), record("b"))).toBe(2);
      await client.query("SAVEPOINT before");
      await expect(write(record("same"))).rejects.toThrow("two owners have the same id");
      await client.query("ROLLBACK TO before");
      expect(
        await rows("SELECT customer FROM users UNION ALL SELECT customer FROM teams ORDER BY 1"),
      ).toEqual([{ customer: "cus_a" }, { customer: "cus_b" }, { customer: null }, { customer: null }]);
    },
  ));
