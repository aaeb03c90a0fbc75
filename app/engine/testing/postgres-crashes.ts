import { setTimeout as wait } from "node:timers/promises";
import type { Cluster } from "~/platform/testing/cluster";
import { openPostgresProxy } from "~/platform/testing/postgres-proxy";
import type { ChildProcesses } from "./child-processes";
import { type Attempt, expireLeases, measureDamage } from "./damage";
import { openInstallation, reconcileAll } from "./installation";
import { readEndpoints, type Stage } from "./scenario";
import type { SeededRandom } from "./seeded-random";

/**
 * PostgreSQL crashes at some moments of a run. A process that reconciles then may fail, but must not hang. A process that
 * survives, as web processes do, continues the run as soon as PostgreSQL answers again.
 */
export async function crashPostgres(
  stage: Stage,
  children: ChildProcesses,
  random: SeededRandom,
  { cluster, crashes }: { cluster: Cluster; crashes: number },
): Promise<Attempt> {
  const database = await stage.begin();
  const endpoints = readEndpoints(stage.world, database.url);
  const survivor = openInstallation(endpoints);
  let points = 0;
  try {
    await survivor.parity.frame();
    for (; points < crashes; points += 1) {
      const child = await children.start({ ...endpoints, task: stage.scope });
      await wait(random.next() * stage.undisturbedMs);
      await cluster.crash(random.pick(["backend", "server"] as const));
      await child.ended;
      await expireLeases(database);
    }
    await reconcileAll(survivor.parity, stage.scope);
    return { points, damage: await measureDamage(stage, database) };
  } finally {
    await survivor.close();
    await database.drop();
  }
}

/**
 * A process is killed while it holds a run. A second one, which only looks now and then, takes the run over when the
 * lease expires, and finishes it. `leaseSeconds`: a lease shorter than the real one.
 */
export async function takeOver(
  stage: Stage,
  children: ChildProcesses,
  leaseSeconds: number | null,
): Promise<Attempt> {
  const database = await stage.begin();
  let kill = () => {};
  const breakpoint = { counts: "commits", nth: 6, side: "after" } as const;
  const proxy = await openPostgresProxy(database.url, { breakpoint, onBreak: () => kill() });
  try {
    const first = await children.start({ ...readEndpoints(stage.world, proxy.url), task: stage.scope });
    kill = first.kill;
    await first.ended;
    if (!proxy.isDisconnected()) throw new Error("The first process finished before it was killed");
    if (leaseSeconds !== null)
      await database.db.$executeRaw`
        UPDATE parity."Run" SET "leaseUntil" = now() + make_interval(secs => ${leaseSeconds}::float8)
        WHERE "leaseUntil" > now()`;
    const second = await children.start({ ...readEndpoints(stage.world, database.url), task: stage.scope });
    const code = await second.ended;
    if (code !== 0) throw new Error(`The second process ended with ${code}`);
    return { points: 1, damage: await measureDamage(stage, database) };
  } finally {
    proxy.close();
    await database.drop();
  }
}
