import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { enqueueRechecks } from "~/engine/observe/recheck-queue.server";
import { addSyncedUser, createWorld, syncAll, type World } from "~/engine/testing/world";
import { nextVersion } from "~/platform/versions.server";
import { loadEvaluationContext, loadOptions } from "./deps.server";
import { evaluateUser, toSyncStatus } from "./evaluate-users.server";
import { loadSnapshots } from "./snapshots.server";
import { type SyncStatusRow, saveSyncStatuses } from "./sync-statuses.server";

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await addSyncedUser(world, "ada");
});
afterEach(() => world.close());

/** Ada's sync status as evaluated now, ready to be saved. */
async function evaluated(): Promise<SyncStatusRow> {
  const version = await nextVersion(world.db);
  const context = await loadEvaluationContext(world.db);
  const [ada] = await loadSnapshots(world.db, ["ada"], { ...loadOptions(context, false), version });
  if (!ada) throw new Error("There is no such user");
  return toSyncStatus(
    evaluateUser(ada, context, { automatic: true, revocationLimitHasRoom: true, approval: null }),
  );
}
const save = (syncStatus: SyncStatusRow) => world.db.$transaction((tx) => saveSyncStatuses(tx, [syncStatus]));
const stored = () => world.db.syncStatus.findUniqueOrThrow({ where: { userId: "ada" } });
const version = async () => {
  const [row] = await world.db.$queryRaw<{ xmin: string }[]>`SELECT xmin::text FROM parity."SyncStatus"`;
  return row?.xmin;
};

describe("a sync status", () => {
  it("that is unchanged is not written again, also after a full run", async () => {
    await syncAll(world.parity);
    const before = await version();
    await save(await evaluated());
    const moved = await world.db
      .$executeRaw`UPDATE parity."Cursor" SET value = value || jsonb_build_object('finishedAt',
      (value->>'finishedAt')::float8 + 600) WHERE key = 'full_run'`;
    expect(moved).toBe(1);
    const later = await evaluated();
    expect(later.observedAt).toBeGreaterThan(((await stored()).observedAt?.getTime() ?? 0) / 1000);
    await save(later);
    expect(await version()).toBe(before);
  });

  it("is written when the user was read alone since, or entered the recheck queue", async () => {
    await save(await evaluated());
    const first = await version();
    await world.db
      .$executeRaw`UPDATE parity."StripeCustomer" SET "completeAt" = "completeAt" + interval '1 minute'`;
    await save(await evaluated());
    const second = await version();
    expect(second).not.toBe(first);
    await world.db.$transaction((tx) => enqueueRechecks(tx, ["ada"]));
    await save(await evaluated());
    expect(await version()).not.toBe(second);
  });

  it("is written when the record changed, though the verdict is the same", async () => {
    const { recordHash } = await stored();
    await world.db.user.update({ where: { id: "ada" }, data: { email: "another@example.com" } });
    await save(await evaluated());
    expect(await stored()).toMatchObject({ verdict: "in_sync" });
    expect((await stored()).recordHash).not.toBe(recordHash);
  });

  it("is never replaced by an evaluation that started before it", async () => {
    const old = await evaluated();
    await world.db.workspace.updateMany({ data: { status: "locked", seats: 0 } });
    expect(await save(await evaluated())).toEqual(new Set());
    expect(await save({ ...old, severity: 1 })).toEqual(new Set(["ada"]));
    expect(await stored()).toMatchObject({ verdict: "locked_out", severity: 6 });
  });

  it("keeps the version of its revocation while the revocation is due", async () => {
    const revocation = async (revokes: boolean) => {
      await save({ ...(await evaluated()), revokes });
      return (await stored()).revocationVersion;
    };
    const first = await revocation(true);
    expect(first).not.toBeNull();
    await save({ ...(await evaluated()), revokes: true, severity: 1 });
    expect((await stored()).revocationVersion).toBe(first);
    expect(await revocation(false)).toBeNull();
  });
});
