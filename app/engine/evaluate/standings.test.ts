import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judgeOne, standingOf } from "./judge-users.server";
import { loadGround, loadOptions } from "./parts.server";
import { addSyncedUser, createWorld, syncAll, type World } from "~/engine/testing/world";
import { markToJudge } from "~/engine/observe/marks.server";
import { loadSituations } from "./situations.server";
import { nextStamp } from "~/platform/stamps.server";
import { type StandingRow, saveStandings } from "./standings.server";

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await addSyncedUser(world, "ada");
});
afterEach(() => world.close());

/** Ada's standing as judged now, ready to be kept. */
async function judged(): Promise<StandingRow> {
  const stamp = await nextStamp(world.db);
  const ground = await loadGround(world.db);
  const [ada] = await loadSituations(world.db, ["ada"], { ...loadOptions(ground, false), stamp });
  if (!ada) throw new Error("There is no such user");
  return standingOf(judgeOne(ada, ground, { automatic: true, breakerHasRoom: true, confirmed: null }));
}
const save = (standing: StandingRow) => world.db.$transaction((tx) => saveStandings(tx, [standing]));
const stored = () => world.db.standing.findUniqueOrThrow({ where: { userId: "ada" } });
const version = async () => {
  const [row] = await world.db.$queryRaw<{ xmin: string }[]>`SELECT xmin::text FROM "Standing"`;
  return row?.xmin;
};

describe("a standing", () => {
  it("that says what it said before is not written again, nor because a pass has seen everybody since", async () => {
    await syncAll(world.parity);
    const before = await version();
    await save(await judged());
    await world.db.$executeRaw`UPDATE "Cursor" SET value = value || jsonb_build_object('finishedAt',
      (value->>'finishedAt')::float8 + 600) WHERE key = 'pass'`;
    const later = await judged();
    expect(later.observedAt).toBeGreaterThan(((await stored()).observedAt?.getTime() ?? 0) / 1000);
    await save(later);
    expect(await version()).toBe(before);
  });

  it("is written when the user was read by itself since, or when something marked the user", async () => {
    await save(await judged());
    const first = await version();
    await world.db.$executeRaw`UPDATE "StripeCustomer" SET "completeAt" = "completeAt" + interval '1 minute'`;
    await save(await judged());
    const second = await version();
    expect(second).not.toBe(first);
    await world.db.$transaction((tx) => markToJudge(tx, ["ada"]));
    await save(await judged());
    expect(await version()).not.toBe(second);
  });

  it("is written when the record is another, though the verdict is the same", async () => {
    const { recordHash } = await stored();
    await world.db.user.update({ where: { id: "ada" }, data: { email: "another@example.com" } });
    await save(await judged());
    expect(await stored()).toMatchObject({ verdict: "in_sync" });
    expect((await stored()).recordHash).not.toBe(recordHash);
  });

  it("is never replaced by a judgement that was begun before it", async () => {
    const old = await judged();
    await world.db.workspace.updateMany({ data: { status: "locked", soldiers: 0 } });
    expect(await save(await judged())).toEqual(new Set());
    expect(await save({ ...old, severity: 1 })).toEqual(new Set(["ada"]));
    expect(await stored()).toMatchObject({ verdict: "paid_not_recorded", severity: 6 });
  });

  it("keeps the stamp of its lowering while that is due, and loses it with it", async () => {
    const lowering = async (lowers: boolean) => {
      await save({ ...(await judged()), lowers });
      return (await stored()).loweringStamp;
    };
    const first = await lowering(true);
    expect(first).not.toBeNull();
    await save({ ...(await judged()), lowers: true, severity: 1 });
    expect((await stored()).loweringStamp).toBe(first);
    expect(await lowering(false)).toBeNull();
  });
});
