import { setTimeout as wait } from "node:timers/promises";
import type { Cluster } from "~/platform/testing/cluster";
import { openLine } from "~/platform/testing/severed";
import type { Chance } from "./chance";
import type { Children } from "./children";
import { openInstallation, reconcileAll } from "./installation";
import type { Tried } from "./kills";
import { damageAfter, forgetTheDead, placeOf, type Stage } from "./stages";

/**
 * PostgreSQL crashes at some moments of a run. A process at work then may fail, but must not hang; one that lives on, as
 * web processes do, goes on with the run as soon as PostgreSQL is there again.
 */
export async function crashPostgres(
  stage: Stage,
  children: Children,
  chance: Chance,
  { cluster, crashes }: { cluster: Cluster; crashes: number },
): Promise<Tried> {
  const database = await stage.begin();
  const place = placeOf(stage.world, database.url);
  const survivor = openInstallation(place);
  let points = 0;
  try {
    await survivor.parity.frame();
    for (; points < crashes; points += 1) {
      const child = await children.start({ ...place, task: stage.scope });
      await wait(chance.next() * stage.calmMs);
      await cluster.crash(chance.pick(["backend", "server"] as const));
      await child.ended;
      await forgetTheDead(database);
    }
    await reconcileAll(survivor.parity, stage.scope);
    return { points, damage: await damageAfter(stage, database) };
  } finally {
    await survivor.close();
    await database.drop();
  }
}

/**
 * A process is killed while it holds a run, and nobody tells anybody: another one, which only looks now and then, takes
 * the run over when the lease has run out, and brings it to its end. `leaseSeconds`: shorter than the real one.
 */
export async function takeOver(
  stage: Stage,
  children: Children,
  leaseSeconds: number | null,
): Promise<Tried> {
  const database = await stage.begin();
  let kill = () => {};
  const cut = { counts: "commits", nth: 6, side: "after" } as const;
  const line = await openLine(database.url, { cut, onCut: () => kill() });
  try {
    const first = await children.start({ ...placeOf(stage.world, line.url), task: stage.scope });
    kill = first.kill;
    await first.ended;
    if (!line.isSevered()) throw new Error("The first process was through before it was killed");
    if (leaseSeconds !== null)
      await database.db.$executeRaw`
        UPDATE "Run" SET "leaseUntil" = now() + make_interval(secs => ${leaseSeconds}::float8)
        WHERE "leaseUntil" > now()`;
    const second = await children.start({ ...placeOf(stage.world, database.url), task: stage.scope });
    const code = await second.ended;
    if (code !== 0) throw new Error(`The second process ended with ${code}`);
    return { points: 1, damage: await damageAfter(stage, database) };
  } finally {
    line.close();
    await database.drop();
  }
}
