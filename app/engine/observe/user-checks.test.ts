import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { beginCheck, DEFAULT_GATES, endCheck, findCheckState } from "./user-checks.server";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const addUser = (id: string) => database.db.user.create({ data: { id, email: `${id}@example.com` } });
const begin = (id: string) => beginCheck(database.db, id, DEFAULT_GATES);
const isChecking = async (id: string) => (await findCheckState(database.db, id, DEFAULT_GATES))?.checking;

describe("a check of one user", () => {
  it("is started once when many ask at the same time, the first time and every time", async () => {
    for (let n = 0; n < 20; n += 1) {
      const id = `race${n % 10}`;
      if (n < 10) await addUser(id);
      const begun = await Promise.all([begin(id), begin(id), begin(id), begin(id), begin(id)]);
      expect(begun.filter((one) => one)).toHaveLength(1);
      await endCheck(database.db, id, null, DEFAULT_GATES);
      await database.db.$executeRaw`UPDATE "UserCheck" SET "nextCheckAt" = now() WHERE "userId" = ${id}`;
    }
  });

  it("is shown as running from the time it is due until it ends", async () => {
    await addUser("ada");
    expect(await isChecking("ada")).toBe(true);
    await begin("ada");
    expect(await isChecking("ada")).toBe(true);
    await endCheck(database.db, "ada", null, DEFAULT_GATES);
    expect(await isChecking("ada")).toBe(false);
  });

  it("of a server that died may be started by another after half a minute", async () => {
    await addUser("bob");
    await begin("bob");
    expect(await begin("bob")).toBe(false);
    await database.db
      .$executeRaw`UPDATE "UserCheck" SET "checkingUntil" = "checkingUntil" - interval '30 seconds'`;
    expect(await begin("bob")).toBe(true);
  });

  it("of an unknown user does not start", async () => {
    expect(await begin("unknown")).toBe(false);
    expect(await findCheckState(database.db, "unknown", DEFAULT_GATES)).toBeNull();
  });
});
