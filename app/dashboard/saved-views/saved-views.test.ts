import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { EMPTY_QUERY, type UsersQuery } from "../users-list/users-query";
import { createSavedViews } from "./saved-views.server";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe("saved views", () => {
  it("end at thirty: number 31 is refused, and an old one can still be replaced", async () => {
    const views = createSavedViews({ db: database.db });
    const save = (n: number) => views.save("s3", `View ${n}`, EMPTY_QUERY);
    for (let n = 1; n <= 30; n++) expect(await save(n)).toEqual({ ok: true });
    expect(await save(31)).toEqual({ ok: false, reason: "too_many" });
    expect(await views.list("s3")).toHaveLength(30);
    expect(await save(7)).toEqual({ ok: true });
  });

  it("belong to one person, keep filters and order, and are replaced by name", async () => {
    const views = createSavedViews({ db: database.db });
    const query: UsersQuery = { ...EMPTY_QUERY, verdicts: ["locked_out"], sort: "money" };
    await views.save("s1", "Mine", { ...query, verdicts: [] });
    await views.save("s1", "Mine", { ...query, page: { side: "after", cursor: "x" } });
    const [mine, ...others] = await views.list("s1");
    expect(others).toEqual([]);
    expect(mine).toMatchObject({ name: "Mine", path: "/users?verdict=locked_out&sort=money" });
    expect(await views.list("s2")).toEqual([]);
    await views.remove("s2", mine?.id ?? "");
    expect(await views.list("s1")).toHaveLength(1);
    await views.remove("s1", mine?.id ?? "");
    expect(await views.list("s1")).toEqual([]);
  });
});
