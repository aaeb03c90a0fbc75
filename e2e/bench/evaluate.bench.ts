import { type EvaluationContext, loadEvaluationContext } from "../../app/engine/evaluate/deps.server";
import { enqueueDriftedUsers } from "../../app/engine/evaluate/drift.server";
import { userIdsAfter } from "../../app/engine/evaluate/users.server";
import { reconcileUsers } from "../../app/engine/repair/reconcile-users.server";
import { createLog } from "../../app/platform/log.server";
import { openInstallation } from "./support/installation";
import { addManyUsers } from "./support/many-users";
import { say, table } from "./support/print";
import { measureProcessorTime, microsEach } from "./support/processor-time";

// Evaluating everybody from what is stored: as a preview does it, and as an unchanged full pass does when it keeps the
// sync statuses; beside it the per-user way on a sample, and the comparison that finds drift inside the database.

const USERS = Number(process.argv[2] ?? 1_000_000);
const SAMPLE = Math.min(2_000, USERS);
const BATCH = 2_000;
const CHANGED = Math.min(1_000, USERS);

/** As a server with a million users would have: its tables in memory, not each page fetched from the system. */
const sharedBuffers = process.argv[3] ?? "1GB";

const bench = await openInstallation({ customers: 0, latencyMs: 0, perSecond: null }, 25, { sharedBuffers });
const { db, parity } = bench;
try {
  say(`Evaluating ${USERS} users from what is stored; shared_buffers ${sharedBuffers}`);
  await addManyUsers(db, USERS);
  const rows = [["", "seconds", "for a million", "Node a user", "PostgreSQL a user"]];
  await timed("preview of everybody", USERS, preview);
  await timed("kept for the first time, 3 at once", USERS, () => evaluateAll(3));
  await timed("unchanged, 1 at once", USERS, () => evaluateAll(1));
  await timed("unchanged, 3 at once", USERS, () => evaluateAll(3));
  await timed(`one by one (from ${SAMPLE})`, SAMPLE, oneByOne);
  const none = await timed("drift, none", USERS, compareRecords);
  await db.$executeRaw`UPDATE "User" SET plan = 'other' WHERE id IN (SELECT id FROM "User" LIMIT ${CHANGED}::int)`;
  const some = await timed(`drift, ${CHANGED} changed`, USERS, compareRecords);
  table(rows);
  say(`  users found to have drifted: ${none}, then ${some}`);

  async function timed<T>(name: string, users: number, work: () => Promise<T>): Promise<T> {
    const { value, seconds, used } = await measureProcessorTime(db, work);
    rows.push([
      name,
      seconds.toFixed(1),
      ((seconds / users) * 1e6).toFixed(1),
      microsEach(used.node, users),
      microsEach(used.postgres, users),
    ]);
    return value;
  }
} finally {
  await bench.close();
}

async function preview(): Promise<void> {
  const run = await parity.runs.preview({ actor: { kind: "staff", id: null } });
  while ((await parity.runs.step(run.id, 60_000)).state === "running");
}

/** Evaluates everybody in batches and keeps the sync statuses, as the evaluating of a pass does, so many batches at once. */
async function evaluateAll(lanes: number): Promise<void> {
  const ground = await loadEvaluationContext(db);
  let after: string | null = null;
  let taken: Promise<string[]> = Promise.resolve([]);
  const take = () => {
    taken = taken.then(async () => {
      const userIds = await userIdsAfter(db, after, BATCH);
      after = userIds.at(-1) ?? after;
      return userIds;
    });
    return taken;
  };
  const lane = async () => {
    for (let userIds = await take(); userIds.length > 0; userIds = await take())
      await evaluateUsers(userIds, ground);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function oneByOne(): Promise<void> {
  const ground = await loadEvaluationContext(db);
  for (const userId of await userIdsAfter(db, null, SAMPLE)) await evaluateUsers([userId], ground);
}

function evaluateUsers(userIds: readonly string[], ground: EvaluationContext) {
  return reconcileUsers(db, {
    userIds,
    ground,
    actor: { kind: "cron", id: null },
    log: createLog({ level: "silent" }),
    apply: false,
    saveStatuses: true,
    addressesRead: false,
    runId: () => Promise.reject(new Error("Nothing is written")),
  });
}

function compareRecords(): Promise<number> {
  return db.$transaction(enqueueDriftedUsers);
}
