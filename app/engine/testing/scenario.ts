import { copyDatabase, type TestDatabase } from "~/platform/testing/database";
import { applyFewChanges, applyManyChanges } from "./changes-between-runs";
import { type Endpoints, openInstallation, reconcileAll } from "./installation";
import { addMixedUsers, type MixedUsers } from "./mixed-users";
import { type Outcome, readOutcome } from "./outcome";
import { createSeededRandom, type SeededRandom } from "./seeded-random";
import type { World } from "./world";

export const STAGE_NAMES = ["first run", "incremental run", "full run"] as const;
export type StageName = (typeof STAGE_NAMES)[number];

/** A run that is about to begin, and how it ends when nothing disturbs it. */
export type Stage = {
  name: StageName;
  scope: "incremental" | "full";
  /** Where Stripe is. It does not change while the stage lasts. */
  world: World;
  /** A database as it is before the run. */
  begin(): Promise<TestDatabase>;
  /** Ids of the runs that finished before. */
  earlierRunIds: string[];
  expected: Outcome;
  /** Milliseconds that the undisturbed run took. */
  undisturbedMs: number;
  /** Choices for one attempt at this stage: the same for the same scenario, stage and number. */
  createRandom(attempt: number): SeededRandom;
};

export type ScenarioOptions = {
  seed: number;
  users: number;
  /** More users, without any subscription, so that a run has several batches. */
  fillers?: number;
};

/** Three runs of one world, each begun where the undisturbed one before it ended. */
export type Scenario = {
  /** Lets the world go on to this stage. A stage that comes before the present one is an error. */
  advanceTo(name: StageName): Promise<Stage>;
  close(): Promise<void>;
};

type Preparation = {
  scope: Stage["scope"];
  change?: (world: World, users: MixedUsers, random: SeededRandom) => Promise<void>;
};

const PREPARATIONS: Record<StageName, Preparation> = {
  "first run": { scope: "incremental" },
  "incremental run": { scope: "incremental", change: applyFewChanges },
  "full run": { scope: "full", change: applyManyChanges },
};

export async function openScenario(
  world: World,
  { seed, users, fillers = 0 }: ScenarioOptions,
): Promise<Scenario> {
  const random = createSeededRandom(seed);
  await world.db.setting.create({ data: { key: "revocationLimitMinimum", value: 10_000 } });
  const mixedUsers = await addMixedUsers(world, random, users);
  await addFillers(world, fillers);
  const finished: TestDatabase[] = [];
  let current = world;

  async function openStage(name: StageName): Promise<Stage> {
    const { scope, change } = PREPARATIONS[name];
    await change?.(current, mixedUsers, random);
    // PostgreSQL copies a database only while no connection is open to it.
    await current.db.$disconnect();
    const { url } = current;
    const database = await copyDatabase(url);
    const number = finished.push(database);
    current = { ...world, db: database.db, url: database.url };
    const earlier = await database.db.run.findMany({ select: { id: true } });
    const startedAt = performance.now();
    const runId = await runUndisturbed(readEndpoints(world, database.url), scope);
    return {
      ...{ name, scope, world },
      begin: () => copyDatabase(url),
      earlierRunIds: earlier.map(({ id }) => id),
      undisturbedMs: performance.now() - startedAt,
      expected: await readOutcome(database.db, runId),
      // Not the scenario's own choices: what is tried must not change what happens next in the world.
      createRandom: (attempt) => createSeededRandom(seed * 31 + number + attempt * 1_009),
    };
  }

  return {
    async advanceTo(name) {
      for (;;) {
        const next = STAGE_NAMES[finished.length];
        if (next === undefined) throw new Error(`The stage "${name}" is over`);
        const stage = await openStage(next);
        if (next === name) return stage;
      }
    },
    async close() {
      for (const database of finished) await database.drop();
    },
  };
}

export const readEndpoints = ({ stripeUrl, sandbox }: World, url: string): Endpoints => ({
  ...{ url, stripeUrl, secretKey: sandbox.secretKey },
});

/** Adds users without any subscription, with ids between the others'. */
async function addFillers({ db }: World, fillers: number): Promise<void> {
  await db.$executeRaw`
    INSERT INTO app."User" (id, email) SELECT 'user' || lpad((n / 32)::text, 4, '0') || '_' || n, n || '@example.org'
    FROM generate_series(1, ${fillers}::int) n`;
}

/** A new installation reconciles all users to the end of a run; the run's id. */
export async function runUndisturbed(endpoints: Endpoints, scope: Stage["scope"]): Promise<string> {
  const installation = openInstallation(endpoints);
  try {
    return await reconcileAll(installation.parity, scope);
  } finally {
    await installation.close();
  }
}
