import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { claimChecks, DEFAULT_GATES, endCheck, findCheckState, requestChecks } from "./user-checks.server";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const addUser = (id: string) => database.db.user.create({ data: { id, email: `${id}@example.com` } });
const request = (userIds: string[], start = 1) =>
  requestChecks(database.db, { userIds, start, gates: DEFAULT_GATES });
const begin = async (id: string) => (await request([id])).some(({ started }) => started);
const isChecking = async (id: string) => (await findCheckState(database.db, id, DEFAULT_GATES))?.checking;

describe("a check of one user", () => {
  it("is started once when many ask at the same time, the first time and every time", async () => {
    for (let n = 0; n < 20; n += 1) {
      const id = `race${n % 10}`;
      if (n < 10) await addUser(id);
      const begun = await Promise.all([begin(id), begin(id), begin(id), begin(id), begin(id)]);
      expect(begun.filter((one) => one)).toHaveLength(1);
      await endCheck(database.db, id, null, DEFAULT_GATES);
      await database.db
        .$executeRaw`UPDATE parity."UserCheck" SET "nextCheckAt" = now() - interval '1 millisecond' WHERE "userId" = ${id}`;
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

  it("of a server that died is made by another after half a minute", async () => {
    await addUser("bob");
    await begin("bob");
    expect(await begin("bob")).toBe(false);
    expect(await claimChecks(database.db, 9)).toEqual([]);
    await database.db
      .$executeRaw`UPDATE parity."UserCheck" SET "checkingUntil" = "checkingUntil" - interval '30 seconds'`;
    expect(await claimChecks(database.db, 9)).toEqual(["bob"]);
    expect(await claimChecks(database.db, 9)).toEqual([]);
    await endCheck(database.db, "bob", null, DEFAULT_GATES);
    expect(await isChecking("bob")).toBe(false);
  });

  it("waits in the queue when the server has no place for it, and is claimed in the order of asking", async () => {
    for (const id of ["q1", "q2", "q3", "q4"]) await addUser(id);
    expect(await request(["q3", "q1"], 1)).toEqual([
      { userId: "q1", started: true },
      { userId: "q3", started: false },
    ]);
    expect(await request(["q4", "q3", "q2"], 0)).toMatchObject([{ userId: "q2" }, { userId: "q4" }]);
    for (const id of ["q1", "q2", "q3", "q4"]) expect(await isChecking(id)).toBe(true);
    expect(await claimChecks(database.db, 2)).toEqual(expect.arrayContaining(["q3", "q2"]));
    expect(await claimChecks(database.db, 2)).toEqual(["q4"]);
    for (const id of ["q1", "q2", "q3", "q4"]) await endCheck(database.db, id, null, DEFAULT_GATES);
    expect(await claimChecks(database.db, 2)).toEqual([]);
  });

  it("of an unknown user does not start", async () => {
    expect(await begin("unknown")).toBe(false);
    expect(await findCheckState(database.db, "unknown", DEFAULT_GATES)).toBeNull();
  });
});
