import { setTimeout as wait } from "node:timers/promises";
import { type Cut, openLine } from "~/platform/testing/severed";
import type { Chance } from "./chance";
import type { Order } from "./child";
import type { Children } from "./children";
import { openInstallation, reconcileAll } from "./installation";
import type { Damage } from "./outcome";
import { damageAfter, forgetTheDead, placeOf, type Stage } from "./stages";

/** What was tried: at how many points somebody was killed, and what it did. */
export type Tried = { points: number; damage: Damage };

/**
 * One process is severed from its database and so from everything at one point of a run, which then goes on in peace.
 * For all the world it is as dead as a killed one, and costs no process. No points: the run ended before the cut.
 */
export async function severOnce(stage: Stage, cut: Cut): Promise<Tried> {
  const database = await stage.begin();
  const line = await openLine(database.url, { cut });
  const doomed = openInstallation(placeOf(stage.world, line.url));
  try {
    await reconcileAll(doomed.parity, stage.scope).catch((error: unknown) => {
      if (!line.isSevered()) throw error;
    });
    return { points: line.isSevered() ? 1 : 0, damage: await damageAfter(stage, database) };
  } finally {
    line.close();
    await doomed.close();
    await database.drop();
  }
}

/**
 * One process stands still at one point of a run, for longer than its lease. Meanwhile another takes the run over and
 * works on it, for so many pieces or to its end; then the first one wakes up, and knows nothing of it.
 */
export async function stallOnce(stage: Stage, nth: number, pieces: number): Promise<Tried> {
  const database = await stage.begin();
  const other = openInstallation(placeOf(stage.world, database.url));
  const takeOver = async () => {
    await forgetTheDead(database);
    for (let piece = 0; piece < pieces; piece += 1) {
      const { done } = await other.parity.runs.cron({ budgetMs: 0, scope: stage.scope });
      if (done) return;
    }
  };
  const cut: Cut = { counts: "free", nth, side: "stall" };
  const line = await openLine(database.url, { cut, onCut: takeOver });
  const stalled = openInstallation(placeOf(stage.world, line.url));
  try {
    await reconcileAll(stalled.parity, stage.scope);
    return { points: line.isReached() ? 1 : 0, damage: await damageAfter(stage, database) };
  } finally {
    await stalled.close();
    await other.close();
    line.close();
    await database.drop();
  }
}

/** A run is cancelled after so many pieces. What it had begun is no loss: the next run makes up for it. */
export async function cancelOnce(stage: Stage, pieces: number): Promise<Tried> {
  const database = await stage.begin();
  const { parity, close } = openInstallation(placeOf(stage.world, database.url));
  try {
    for (let piece = 0; piece < pieces; piece += 1) {
      const { done, runId } = await parity.runs.cron({ budgetMs: 0, scope: stage.scope });
      if (done) return { points: 0, damage: await damageAfter(stage, database) };
      if (piece === pieces - 1) await parity.runs.cancel(runId);
    }
    await parity.runs.cron({ budgetMs: 0, scope: stage.scope });
    return { points: 1, damage: await damageAfter(stage, database, { sameRun: false }) };
  } finally {
    await close();
    await database.drop();
  }
}

/** A run that process after process is killed in, each at one of its next commits, before or after PostgreSQL has it. */
export async function killAtCommits(stage: Stage, children: Children, chance: Chance): Promise<Tried> {
  const database = await stage.begin();
  let points = 0;
  try {
    for (let isOver = false; !isOver; ) {
      let kill = () => {};
      const side = chance.pick(["before", "after"] as const);
      // The first ones begin a run or take its lease: whoever died there every time would never get further.
      const cut: Cut = { counts: "commits", nth: 6 + chance.below(12), side };
      const line = await openLine(database.url, { cut, onCut: () => kill() });
      const child = await children.start({ ...placeOf(stage.world, line.url), task: stage.scope });
      kill = child.kill;
      await child.ended;
      isOver = !line.isSevered();
      line.close();
      if (!isOver) points += 1;
      await forgetTheDead(database);
    }
    return { points, damage: await damageAfter(stage, database) };
  } finally {
    await database.drop();
  }
}

export type Weather = {
  /** What Stripe does meanwhile. */
  stripe: "calm" | "refuses" | "hangs" | "breaks off";
  /** Processes that reconcile at once; and workers beside them. */
  processes: number;
  workers: number;
  /** The processes' clocks go wrong, and Stripe's jumps ahead. */
  clocks: "right" | "wrong";
};

const HOUR = 3_600_000;

/**
 * So many times one of the processes that reconcile is killed at some moment, and another takes its place; all that is
 * promised is that afterwards, in peace, everything ends as it should.
 */
export async function killAtRandom(
  stage: Stage,
  children: Children,
  chance: Chance,
  { kills, ...weather }: Weather & { kills: number },
): Promise<Tried> {
  const database = await stage.begin();
  const place = placeOf(stage.world, database.url);
  const order = (task: Order["task"]): Order => {
    const skewMs = weather.clocks === "right" ? 0 : chance.pick([-26, -3, 1, 30]) * HOUR;
    return { ...place, task, skewMs };
  };
  const workers = await Promise.all(
    Array.from({ length: weather.workers }, () => children.start(order("work"))),
  );
  const atWork = await Promise.all(
    Array.from({ length: weather.processes }, () => children.start(order(stage.scope))),
  );
  letStripe(stage, weather.stripe);
  let points = 0;
  try {
    for (; points < kills; points += 1) {
      await wait(chance.next() * stage.calmMs * 1.2);
      const at = chance.below(atWork.length);
      atWork[at]?.kill();
      await atWork[at]?.ended;
      if (weather.clocks === "wrong") stage.world.sandbox.clock.advance(chance.below(3) * 24 * 3_600);
      await forgetTheDead(database);
      atWork[at] = await children.start(order(stage.scope));
    }
    for (const child of [...workers, ...atWork]) child.kill();
    await Promise.all([...workers, ...atWork].map(({ ended }) => ended));
    stage.world.sandbox.control.reset();
    const mayFail = weather.stripe !== "calm";
    return { points, damage: await damageAfter(stage, database, { mayFail }) };
  } finally {
    for (const child of [...workers, ...atWork]) child.kill();
    stage.world.sandbox.control.reset();
    await database.drop();
  }
}

function letStripe({ world: { sandbox } }: Stage, stripe: Weather["stripe"]): void {
  const { control } = sandbox;
  control.setLatency([0, 8]);
  if (stripe === "refuses") {
    control.addFault({ effect: { type: "error", status: 429, reason: "endpoint-rate" }, rate: 0.5 });
    control.addFault({ effect: { type: "error", status: 429, reason: "global-concurrency" }, rate: 0.1 });
  } else if (stripe === "hangs") control.addFault({ effect: { type: "hang" }, rate: 0.2 });
  else if (stripe === "breaks off") {
    control.addFault({ effect: { type: "reset", afterBytes: 500 }, rate: 0.2 });
    control.addFault({ effect: { type: "cut" }, rate: 0.2 });
    control.addFault({ effect: { type: "error", status: 503 }, rate: 0.1 });
  }
}
