import { setTimeout as wait } from "node:timers/promises";
import { type Breakpoint, openPostgresProxy } from "~/platform/testing/postgres-proxy";
import type { Order } from "./child-main";
import type { ChildProcesses } from "./child-processes";
import { type Attempt, expireLeases, measureDamage } from "./damage";
import { openInstallation, reconcileAll } from "./installation";
import { readEndpoints, type Stage } from "./scenario";
import type { SeededRandom } from "./seeded-random";

/**
 * One process loses its database at one point of a run; another then finishes the run. For the database the process is
 * as dead as a killed one, but the test starts no process. No points: the run finished before the breakpoint.
 */
export async function disconnectOnce(stage: Stage, breakpoint: Breakpoint): Promise<Attempt> {
  const database = await stage.begin();
  const proxy = await openPostgresProxy(database.url, { breakpoint });
  const doomed = openInstallation(readEndpoints(stage.world, proxy.url));
  try {
    await reconcileAll(doomed.parity, stage.scope).catch((error: unknown) => {
      if (!proxy.isDisconnected()) throw error;
    });
    return { points: proxy.isDisconnected() ? 1 : 0, damage: await measureDamage(stage, database) };
  } finally {
    proxy.close();
    await doomed.close();
    await database.drop();
  }
}

/**
 * One process stops at one point of a run for longer than its lease. Meanwhile another takes the run over for this
 * number of steps, or to its end. Then the first process continues, and does not know that it lost the run.
 */
export async function stallOnce(stage: Stage, nth: number, steps: number): Promise<Attempt> {
  const database = await stage.begin();
  const other = openInstallation(readEndpoints(stage.world, database.url));
  const takeOver = async () => {
    await expireLeases(database);
    for (let step = 0; step < steps; step += 1) {
      const { done } = await other.parity.runs.cron({ budgetMs: 0, scope: stage.scope });
      if (done) return;
    }
  };
  const breakpoint: Breakpoint = { counts: "outside transactions", nth, side: "stall" };
  const proxy = await openPostgresProxy(database.url, { breakpoint, onBreak: takeOver });
  const stalled = openInstallation(readEndpoints(stage.world, proxy.url));
  try {
    await reconcileAll(stalled.parity, stage.scope);
    return { points: proxy.hasReachedBreakpoint() ? 1 : 0, damage: await measureDamage(stage, database) };
  } finally {
    await stalled.close();
    await other.close();
    proxy.close();
    await database.drop();
  }
}

/** A run is cancelled after this number of steps. The next run must make up for it. */
export async function cancelOnce(stage: Stage, steps: number): Promise<Attempt> {
  const database = await stage.begin();
  const { parity, close } = openInstallation(readEndpoints(stage.world, database.url));
  try {
    for (let step = 0; step < steps; step += 1) {
      const { done, runId } = await parity.runs.cron({ budgetMs: 0, scope: stage.scope });
      if (done) return { points: 0, damage: await measureDamage(stage, database) };
      if (step === steps - 1) await parity.runs.cancel(runId);
    }
    await parity.runs.cron({ budgetMs: 0, scope: stage.scope });
    return { points: 1, damage: await measureDamage(stage, database, { sameRun: false }) };
  } finally {
    await close();
    await database.drop();
  }
}

/**
 * A run in which one process after another is killed, each at one of its next commits, before or after PostgreSQL has
 * received it. `kills`: at most this many; without it, until the run finishes.
 */
export async function killAtCommits(
  stage: Stage,
  children: ChildProcesses,
  random: SeededRandom,
  { kills = Number.POSITIVE_INFINITY, firstCommit = FIRST_COMMIT } = {},
): Promise<Attempt> {
  const database = await stage.begin();
  let points = 0;
  try {
    for (let isFinished = false; !isFinished && points < kills; ) {
      let kill = () => {};
      const side = random.pick(["before", "after"] as const);
      const earliest = points === 0 ? firstCommit : FIRST_COMMIT;
      const breakpoint: Breakpoint = { counts: "commits", nth: earliest + random.below(12), side };
      const proxy = await openPostgresProxy(database.url, { breakpoint, onBreak: () => kill() });
      const child = await children.start({ ...readEndpoints(stage.world, proxy.url), task: stage.scope });
      kill = child.kill;
      await child.ended;
      isFinished = !proxy.isDisconnected();
      proxy.close();
      if (!isFinished) points += 1;
      await expireLeases(database);
    }
    return { points, damage: await measureDamage(stage, database) };
  } finally {
    await database.drop();
  }
}

/** The first commits start a run or take its lease: a run whose processes all die there makes no progress. */
const FIRST_COMMIT = 6;

export type KillConditions = {
  /** What Stripe does meanwhile. */
  stripe: "healthy" | "rate limits" | "hangs" | "disconnects";
  /** Processes that reconcile at the same time, and workers beside them. */
  processes: number;
  workers: number;
  /** The processes' clocks are wrong, and Stripe's jumps ahead. */
  clocks: "right" | "wrong";
};

const HOUR = 3_600_000;

/** This number of times one of the reconciling processes is killed at a random moment, and another takes its place. */
export async function killAtRandom(
  stage: Stage,
  children: ChildProcesses,
  random: SeededRandom,
  { kills, ...conditions }: KillConditions & { kills: number },
): Promise<Attempt> {
  const database = await stage.begin();
  const endpoints = readEndpoints(stage.world, database.url);
  const createOrder = (task: Order["task"]): Order => {
    const skewMs = conditions.clocks === "right" ? 0 : random.pick([-26, -3, 1, 30]) * HOUR;
    return { ...endpoints, task, skewMs };
  };
  const workers = await Promise.all(
    Array.from({ length: conditions.workers }, () => children.start(createOrder("work"))),
  );
  const reconcilers = await Promise.all(
    Array.from({ length: conditions.processes }, () => children.start(createOrder(stage.scope))),
  );
  disturbStripe(stage, conditions.stripe);
  let points = 0;
  try {
    for (; points < kills; points += 1) {
      await wait(random.next() * stage.undisturbedMs * 1.2);
      const index = random.below(reconcilers.length);
      reconcilers[index]?.kill();
      await reconcilers[index]?.ended;
      // By minutes: in a day a subscription of the stage would renew or end.
      if (conditions.clocks === "wrong") stage.world.sandbox.clock.advance(random.below(3) * 1_200);
      await expireLeases(database);
      reconcilers[index] = await children.start(createOrder(stage.scope));
    }
    for (const child of [...workers, ...reconcilers]) child.kill();
    await Promise.all([...workers, ...reconcilers].map(({ ended }) => ended));
    stage.world.sandbox.control.reset();
    const mayFail = conditions.stripe !== "healthy";
    return { points, damage: await measureDamage(stage, database, { mayFail }) };
  } finally {
    for (const child of [...workers, ...reconcilers]) child.kill();
    stage.world.sandbox.control.reset();
    await database.drop();
  }
}

function disturbStripe({ world: { sandbox } }: Stage, stripe: KillConditions["stripe"]): void {
  const { control } = sandbox;
  control.setLatency([0, 8]);
  if (stripe === "rate limits") {
    control.addFault({ effect: { type: "error", status: 429, reason: "endpoint-rate" }, rate: 0.5 });
    control.addFault({ effect: { type: "error", status: 429, reason: "global-concurrency" }, rate: 0.1 });
  } else if (stripe === "hangs") control.addFault({ effect: { type: "hang" }, rate: 0.2 });
  else if (stripe === "disconnects") {
    control.addFault({ effect: { type: "reset", afterBytes: 500 }, rate: 0.2 });
    control.addFault({ effect: { type: "cut" }, rate: 0.2 });
    control.addFault({ effect: { type: "error", status: 503 }, rate: 0.1 });
  }
}
