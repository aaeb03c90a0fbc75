import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { accessOf, addManyPayingUsers, createWorld, rowVersions, syncAll, type World } from "./testing";

const KILLS = process.env.PARITY_HUNT ? 30 : 3;

let world: World;
let child: ChildProcess | null = null;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await world.close();
});

/** Numbers from 0 to 1, the same in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Another process that reconciles everybody; resolves when it begins. */
async function startChild(): Promise<ChildProcess> {
  const args = ["--import", "tsx", "app/reconcile/testing-child.ts"];
  const started = spawn(process.execPath, [...args, world.url, world.stripeUrl, world.sandbox.secretKey], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (!started.stdout) throw new Error("The child has no output");
  await once(started.stdout, "data");
  return started;
}

/** A dead holder's lease runs out; nobody waits for it here. */
const leaseRunsOut = () =>
  world.db.$executeRaw`UPDATE "Run" SET "leaseUntil" = now() WHERE "leaseUntil" > now()`;

/** Resolves when so many more pages' subscriptions and changes are committed, or the child is through. */
async function progressed(by: number): Promise<void> {
  const progress = async () => {
    const [row] = await world.db.$queryRaw<{ done: number }[]>`
      SELECT (SELECT coalesce(sum(observed), 0) FROM "Run")::int + (SELECT count(*) FROM "Change")::int AS done`;
    return row?.done ?? 0;
  };
  const wanted = (await progress()) + by;
  while (child?.exitCode === null && (await progress()) < wanted);
}

it(
  "a process that is killed at any moment leaves nothing lost and nothing done twice",
  async () => {
    const MANY = 400;
    const random = seededRandom(7);
    const subscriptions = await addManyPayingUsers(world, MANY);
    await world.parity.settings.set({ breakerMinimum: 1_000 }, { kind: "staff", id: null });
    // Some had access and have canceled: theirs is a lowering, each with a read of its own.
    await syncAll(world.parity, "staff");
    const canceled = subscriptions.flatMap((id, at) =>
      at % 10 === 0 ? [{ id, user: `user${String(at).padStart(4, "0")}` }] : [],
    );
    for (const { id } of canceled) world.sandbox.subscriptions.cancel(id);
    await world.db.$executeRaw`UPDATE "Workspace" SET status = 'locked', soldiers = 0
      WHERE "ownerId" NOT IN (SELECT unnest(${canceled.map(({ user }) => user)}::text[]))`;
    const before = await world.db.change.count();
    world.sandbox.control.setLatency([0, 8]);

    for (let kill = 0; kill < KILLS; kill += 1) {
      child = await startChild();
      await progressed(Math.floor((random() * 2 * MANY) / KILLS));
      // Not always just behind a commit: somewhere in the piece that follows.
      await world.db.$queryRaw`SELECT pg_sleep(${random() * 0.05}::float8)::text`;
      child.kill("SIGKILL");
      await leaseRunsOut();
    }
    world.sandbox.control.setLatency(0);
    const last = await world.parity.runs.cron({ budgetMs: 60_000, reach: "tick" });

    expect(last).toMatchObject({ success: true, done: true });
    for (const { user } of canceled) expect(await accessOf(world, user)).toBe("locked 0");
    expect(await world.db.workspace.count({ where: { status: "active", soldiers: 5 } })).toBe(
      MANY - canceled.length,
    );
    expect((await world.db.change.count()) - before).toBe(MANY);
    const twice = await world.db.$queryRaw`
      SELECT "userId" FROM "Change" WHERE id > ${before} GROUP BY "userId" HAVING count(*) > 1`;
    expect(twice).toEqual([]);
    const calm = await rowVersions(world);
    expect(await syncAll(world.parity)).toMatchObject({ synced: 0, skipped: MANY });
    expect(await rowVersions(world)).toEqual(calm);
  },
  120_000 + KILLS * 10_000,
);
