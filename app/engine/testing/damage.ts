import { expect } from "vitest";
import type { TestDatabase } from "~/platform/testing/database";
import { compareOutcomes, type Damage, readOutcome } from "./outcome";
import { readEndpoints, runUndisturbed, type Stage } from "./scenario";
import { readRowVersions } from "./world";

/** What was tried: at how many points a run was disturbed, and what that damaged. */
export type Attempt = { points: number; damage: Damage };

/** Fails, and says how to try it again, when something was lost, done twice or misreported. */
export function expectNoDamage({ damage }: Attempt, ...tried: unknown[]): void {
  expect({ tried, ...damage }).toEqual({ tried, lost: [], doubled: [], misreported: [] });
}

/** The leases of dead processes expire at once, so that a test need not wait for them. */
export async function expireLeases({ db }: Pick<TestDatabase, "db">): Promise<void> {
  await db.$executeRaw`UPDATE parity."Run" SET "leaseUntil" = now() - interval '1 second' WHERE "leaseUntil" > now()`;
  await db.$executeRaw`UPDATE parity."RunBatch" SET "claimedUntil" = now() - interval '1 second'
    WHERE "claimedUntil" > now()`;
}

export type DamageOptions = {
  /** False: the disturbed run was cancelled, and another run makes up for it. */
  sameRun?: boolean;
  /** Stripe refused to answer: users that could not be read may be left for the next run. */
  mayFail?: boolean;
};

/**
 * Lets a disturbed run come to its end undisturbed, and compares the result with the undisturbed run's, and with itself
 * after one more run, which must change nothing. A run that reports failed reads has one more to make up for them.
 */
export async function measureDamage(
  stage: Stage,
  database: TestDatabase,
  { sameRun = true, mayFail = false }: DamageOptions = {},
): Promise<Damage> {
  await expireLeases(database);
  const endpoints = readEndpoints(stage.world, database.url);
  const finished = await database.db.run.findFirst({
    where: {
      state: { notIn: ["running", "cancelled"] },
      scope: { in: ["incremental", "full"] },
      id: { notIn: stage.earlierRunIds },
    },
    orderBy: { finishedAt: "asc" },
  });
  let runId = finished?.id ?? (await runUndisturbed(endpoints, stage.scope));
  const { failed } = await database.db.run.findUniqueOrThrow({ where: { id: runId } });
  const hasFailed = mayFail && failed > Number(stage.expected.run.failed);
  if (hasFailed) runId = await runUndisturbed(endpoints, stage.scope);
  const outcome = await readOutcome(database.db, runId);
  const damage = compareOutcomes(stage.expected, outcome, sameRun && !hasFailed);
  const before = JSON.stringify(await readRowVersions({ ...stage.world, db: database.db }));
  await runUndisturbed(endpoints, stage.scope);
  if (JSON.stringify(await readRowVersions({ ...stage.world, db: database.db })) !== before)
    damage.doubled.push("one more run wrote rows again");
  return damage;
}
