import { FIELDS } from "../../app/billing/fields";
import { type EvaluationContext, loadEvaluationContext } from "../../app/engine/evaluate/deps.server";
import { enqueueDriftedUsers } from "../../app/engine/evaluate/enqueue-drifted-users.server";
import { userIdsAfter } from "../../app/engine/evaluate/users.server";
import { reconcileUsers } from "../../app/engine/repair/reconcile-users.server";
import { createLog } from "../../app/platform/log.server";
import { openInstallation } from "./support/installation";
import { addManyUsers } from "./support/many-users";
import { print, printTable } from "./support/print";
import { formatMicrosEach, measureProcessorTime } from "./support/processor-time";

// Evaluates all users from stored data: as a preview, and as a full run without changes, which saves the sync statuses.
// For comparison: one user at a time on a sample, and the query that finds drift inside the database.

const USERS = Number(process.argv[2] ?? 1_000_000);
const SAMPLE = Math.min(2_000, USERS);
const BATCH = 2_000;
const CHANGED = Math.min(1_000, USERS);

/** As on a server for a million users: the tables fit into memory. */
const sharedBuffers = process.argv[3] ?? "1GB";

const bench = await openInstallation({ customers: 0, latencyMs: 0, perSecond: null }, 25, { sharedBuffers });
const { db, parity } = bench;
try {
  print(`Evaluating ${USERS} users from stored data; shared_buffers ${sharedBuffers}`);
  await addManyUsers(db, USERS);
  const rows = [["", "seconds", "for a million", "Node a user", "PostgreSQL a user"]];
  await measure("preview of all users", USERS, preview);
  await measure("saved for the first time, 3 in parallel", USERS, () => evaluateAll(3));
  await measure("unchanged, 1 at a time", USERS, () => evaluateAll(1));
  await measure("unchanged, 3 in parallel", USERS, () => evaluateAll(3));
  await measure(`one by one (from ${SAMPLE})`, SAMPLE, evaluateOneByOne);
  const none = await measure("drift, none", USERS, findDrift);
  await db.$executeRaw`UPDATE app."User" SET plan = 'other' WHERE id IN (SELECT id FROM app."User" LIMIT ${CHANGED}::int)`;
  const some = await measure(`drift, ${CHANGED} changed`, USERS, findDrift);
  printTable(rows);
  print(`  users with drift: ${none}, then ${some}`);

  async function measure<T>(name: string, users: number, work: () => Promise<T>): Promise<T> {
    const { value, seconds, used } = await measureProcessorTime(db, work);
    rows.push([
      name,
      seconds.toFixed(1),
      ((seconds / users) * 1e6).toFixed(1),
      formatMicrosEach(used.node, users),
      formatMicrosEach(used.postgres, users),
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

/** Evaluates all users in batches and saves the sync statuses, as a run does. `parallel`: batches at the same time. */
async function evaluateAll(parallel: number): Promise<void> {
  const context = await loadEvaluationContext(db);
  let after: string | null = null;
  let next: Promise<string[]> = Promise.resolve([]);
  const takeBatch = () => {
    next = next.then(async () => {
      const userIds = await userIdsAfter(db, after, BATCH);
      after = userIds.at(-1) ?? after;
      return userIds;
    });
    return next;
  };
  const evaluateBatches = async () => {
    for (let userIds = await takeBatch(); userIds.length > 0; userIds = await takeBatch())
      await evaluateUsers(userIds, context);
  };
  await Promise.all(Array.from({ length: parallel }, evaluateBatches));
}

async function evaluateOneByOne(): Promise<void> {
  const context = await loadEvaluationContext(db);
  for (const userId of await userIdsAfter(db, null, SAMPLE)) await evaluateUsers([userId], context);
}

function evaluateUsers(userIds: readonly string[], context: EvaluationContext) {
  return reconcileUsers(db, {
    userIds,
    context,
    actor: { kind: "cron", id: null },
    log: createLog({ level: "silent" }),
    apply: false,
    saveStatuses: true,
    addressesRead: false,
    run: null,
  });
}

async function findDrift(): Promise<number> {
  return (await db.$transaction((tx) => enqueueDriftedUsers(tx, FIELDS))).enqueued;
}
