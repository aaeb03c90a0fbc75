import { copyDatabase, type TestDatabase } from "~/platform/testing/database";
import { type Chance, chanceOf } from "./chance";
import { addDifferences } from "./differences";
import { letLittleHappen, letMuchHappen } from "./happenings";
import { openInstallation, type Place, reconcileAll } from "./installation";
import { type Damage, damageOf, type Outcome, outcomeOf } from "./outcome";
import { rowVersions, type World } from "./world";

/** A run that is about to begin, and how it ends when nobody disturbs it. */
export type Stage = {
  name: string;
  scope: "incremental" | "full";
  /** Where Stripe is. It does not change while the stage lasts. */
  world: World;
  /** A database as it is before the run. */
  begin(): Promise<TestDatabase>;
  /** Runs that were over before. */
  earlier: string[];
  expected: Outcome;
  /** Milliseconds that the calm run took. */
  calmMs: number;
};

export type Walk = {
  seed: number;
  many: number;
  /** Users beside them of whom nobody knows anything, so that a run has several batches. */
  fillers?: number;
  /** How many of the three. */
  stages?: number;
};

/**
 * Three runs of one world, each calm one begun where the last one ended: the first full pass, a tick, and another full
 * pass after much has changed. `onStage` does with each what it wants before the world goes on.
 */
export async function throughStages(
  world: World,
  { seed, many, fillers = 0, stages = 3 }: Walk,
  onStage: (stage: Stage, chance: Chance) => Promise<void>,
): Promise<void> {
  const chance = chanceOf(seed);
  await world.db.setting.create({ data: { key: "revocationLimitMinimum", value: 10_000 } });
  const cast = await addDifferences(world, chance, many);
  await addFillers(world, fillers);
  const begun: TestDatabase[] = [];
  let present = world;
  const stage = async (name: string, scope: Stage["scope"]) => {
    await present.db.$disconnect();
    const begin = () => copyDatabase(present.url);
    const calm = await begin();
    begun.push(calm);
    const earlier = (await calm.db.run.findMany({ select: { id: true } })).map(({ id }) => id);
    const from = performance.now();
    const place = placeOf(world, calm.url);
    const runId = await calmly(place, scope);
    const calmMs = performance.now() - from;
    const expected = await outcomeOf(calm.db, runId);
    // Of its own: what is tried says nothing about what happens next in the world.
    const own = chanceOf(seed * 31 + begun.length);
    await onStage({ name, scope, world, begin, earlier, expected, calmMs }, own);
    present = { ...world, db: calm.db, url: calm.url };
  };
  try {
    await stage("first pass", "incremental");
    if (stages === 1) return;
    await letLittleHappen(present, cast, chance);
    await stage("incremental", "incremental");
    if (stages === 2) return;
    await letMuchHappen(present, cast, chance);
    await stage("full pass", "full");
  } finally {
    for (const one of begun) await one.drop();
  }
}

export const placeOf = ({ stripeUrl, sandbox }: World, url: string): Place => ({
  ...{ url, stripeUrl, secretKey: sandbox.secretKey },
});

/** Users of whom nobody knows anything: between the others, so that a run has several batches. */
async function addFillers({ db }: World, fillers: number): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "User" (id, email) SELECT 'user' || lpad((n / 32)::text, 4, '0') || '_' || n, n || '@example.org'
    FROM generate_series(1, ${fillers}::int) n`;
}

/** A new process runs to the end of a run; its id. */
async function calmly(place: Place, scope: Stage["scope"]): Promise<string> {
  const installation = openInstallation(place);
  try {
    return await reconcileAll(installation.parity, scope);
  } finally {
    await installation.close();
  }
}

/** What dead processes hold runs out at once; nobody waits for it here. */
export async function forgetTheDead({ db }: Pick<TestDatabase, "db">): Promise<void> {
  await db.$executeRaw`UPDATE "Run" SET "leaseUntil" = now() - interval '1 second' WHERE "leaseUntil" > now()`;
  await db.$executeRaw`UPDATE "RunBatch" SET "claimedUntil" = now() - interval '1 second'
    WHERE "claimedUntil" > now()`;
}

export type Excuses = {
  /** What was begun was ended, and another run makes up for it. */
  sameRun?: boolean;
  /** Stripe refused to answer, however often it was asked: who could not be looked up is for the next run. */
  mayFail?: boolean;
};

/**
 * Lets a run that was disturbed come to its end in peace, and compares: with the calm one, and with itself after one more
 * run, which must change nothing. A run that says itself whom it could not look up has one more to make up for them.
 */
export async function damageAfter(
  stage: Stage,
  database: TestDatabase,
  { sameRun = true, mayFail = false }: Excuses = {},
): Promise<Damage> {
  await forgetTheDead(database);
  const place = placeOf(stage.world, database.url);
  const ended = await database.db.run.findFirst({
    where: {
      state: { notIn: ["running", "cancelled"] },
      scope: { in: ["incremental", "full"] },
      id: { notIn: stage.earlier },
    },
    orderBy: { finishedAt: "asc" },
  });
  let runId = ended?.id ?? (await calmly(place, stage.scope));
  const { failed } = await database.db.run.findUniqueOrThrow({ where: { id: runId } });
  const hasFailed = mayFail && failed > Number(stage.expected.run.failed);
  if (hasFailed) runId = await calmly(place, stage.scope);
  const outcome = await outcomeOf(database.db, runId);
  const damage = damageOf(stage.expected, outcome, sameRun && !hasFailed);
  const calm = JSON.stringify(await rowVersions({ ...stage.world, db: database.db }));
  await calmly(place, stage.scope);
  if (JSON.stringify(await rowVersions({ ...stage.world, db: database.db })) !== calm)
    damage.doubled.push("one more run wrote rows again");
  return damage;
}
