import { afterAll, beforeAll, expect, it } from "vitest";
import { readErrorText, readSqlState } from "../errors.server";
import { createTestDatabase, type TestDatabase } from "../testing/database";

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  // A sequence keeps its count when the statement is aborted.
  await test.db.$executeRaw`CREATE SEQUENCE parity.tries`;
  await test.db.$executeRaw`
    CREATE FUNCTION parity.aborted(times int, state text) RETURNS int LANGUAGE plpgsql AS $$
    DECLARE tried int := nextval('parity.tries');
    BEGIN
      IF tried <= times THEN RAISE EXCEPTION 'aborted' USING ERRCODE = state; END IF;
      RETURN tried;
    END $$`;
});
afterAll(() => test.drop());

const abort = async (times: number, state: string) => {
  await test.db.$executeRaw`SELECT setval('parity.tries', 1, false)`;
  return test.db.$queryRaw`SELECT parity.aborted(${times}::int, ${state}) AS tried`;
};
const countTries = async () => {
  const [row] = await test.db.$queryRaw<
    { tries: number }[]
  >`SELECT last_value::int AS tries FROM parity.tries`;
  return row?.tries;
};

it.each(["40P01", "40001"])("repeats a statement that another transaction aborted: %s", async (state) => {
  expect(await abort(4, state)).toEqual([{ tried: 5 }]);
});

it("gives up after five tries, and at once where a repetition would not help", async () => {
  const failed = await abort(9, "40P01").catch((error: unknown) => error);
  expect(readSqlState(failed)).toBe("40P01");
  expect(readErrorText(failed)).toBe("aborted");
  expect(await countTries()).toBe(5);
  expect(readSqlState(await abort(9, "23505").catch((error: unknown) => error))).toBe("23505");
  expect(await countTries()).toBe(1);
});

it("does not repeat a statement inside a transaction: what stood before it is lost", async () => {
  await test.db.$executeRaw`SELECT setval('parity.tries', 1, false)`;
  const failed = await test.db
    .$transaction((tx) => tx.$queryRaw`SELECT parity.aborted(1, '40P01')`)
    .catch((error: unknown) => error);
  expect(readSqlState(failed)).toBe("40P01");
  expect(await countTries()).toBe(1);
});
