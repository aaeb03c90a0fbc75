import pg from "pg";
import { expect, it } from "vitest";
import { createTestDatabase, setReadOnly, type TestDatabase } from "./database";

const countRows = async ({ db }: TestDatabase) => [await db.user.count(), await db.settingChange.count()];
const addRows = async ({ db }: TestDatabase) => {
  await db.user.create({ data: { id: "ada", email: "ada@example.com", name: "Ada" } });
  await db.settingChange.create({
    data: { key: "graceDays", before: 7, after: 8, actor: "staff" },
  });
};
const readNextId = async (database: TestDatabase) => {
  await addRows(database);
  return (await database.db.settingChange.findFirstOrThrow()).id;
};

it("a database that a test gives back is the next one's, with nothing in it", async () => {
  const first = await createTestDatabase();
  const firstId = await readNextId(first);
  await first.drop();
  const second = await createTestDatabase();
  expect(second.url).toBe(first.url);
  expect(await countRows(second)).toEqual([0, 0]);
  expect(await readNextId(second)).toBe(firstId);
  await second.drop();
});

it("what goes on after a test has ended does not reach the next one", async () => {
  const first = await createTestDatabase();
  await first.drop();
  const second = await createTestDatabase();
  await expect(addRows(first)).rejects.toThrow("The test of this database has ended");
  expect(await countRows(second)).toEqual([0, 0]);
  await second.drop();
});

const DAMAGE: [what: string, damage: (database: TestDatabase) => Promise<unknown>][] = [
  ["a table", ({ db }) => db.$executeRaw`CREATE TABLE "Other" (id int)`],
  ["a column", ({ db }) => db.$executeRaw`ALTER TABLE app."User" ADD COLUMN other int`],
  ["an index", ({ db }) => db.$executeRaw`CREATE INDEX other ON app."User" (name)`],
  ["a disabled trigger", ({ db }) => db.$executeRaw`ALTER TABLE parity."Change" DISABLE TRIGGER ALL`],
  [
    "a removed constraint",
    ({ db }) => db.$executeRaw`ALTER TABLE parity."Plan" DROP CONSTRAINT "Plan_pkey" CASCADE`,
  ],
  ["its ledger", ({ db }) => db.$executeRaw`UPDATE parity.migrations SET breaking = NOT breaking`],
  [
    "its statistics",
    async (database) => {
      await addRows(database);
      await database.db.$executeRaw`ANALYZE app."User"`;
    },
  ],
  ["its settings", (database) => setReadOnly(database, true)],
];

it.each(DAMAGE)("a database is not used again when a test has changed %s", async (_what, damage) => {
  const first = await createTestDatabase();
  await damage(first);
  await first.drop();
  const second = await createTestDatabase();
  expect(second.url).not.toBe(first.url);
  await second.drop();
});

it("a database is not used again while another process is connected", async () => {
  const first = await createTestDatabase();
  const other = new pg.Client({ connectionString: first.url });
  other.on("error", () => {});
  await other.connect();
  await first.drop();
  const second = await createTestDatabase();
  expect(second.url).not.toBe(first.url);
  await second.drop();
  await other.end().catch(() => {});
});
