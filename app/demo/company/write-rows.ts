import type { BillingState } from "~/billing/record";
import { toWriteColumns } from "~/engine/evaluate/record-columns.server";
import { FINISHED } from "~/engine/repair/run-cursor";
import type { Tx } from "~/platform/client.server";
import { upsertRows } from "~/platform/write-rows.server";
import type { PreparedUser } from "./prepare-user";
import { makeWorkspaceName } from "./workspace-names";

const DAY = 86_400;
const ACTOR = "demo";
/** Where the tables of the demo's application stand. */
const EXAMPLE_SCHEMA = "app";
/** Seconds. A full run clears failed lookups before it, so this failure is dated after the demo's first run. */
const AFTER_FIRST_RUN_SECONDS = 120;

const toDate = (seconds: number) => new Date(seconds * 1000);

/** Writes the application's own tables. */
export async function writeRecords(tx: Tx, users: readonly PreparedUser[]): Promise<void> {
  const insertUsers = upsertRows({
    table: "User",
    schema: EXAMPLE_SCHEMA,
    key: { id: "text" },
    columns: {
      email: "text",
      emailVerified: "boolean",
      name: "text",
      createdAt: "time",
      ...toWriteColumns("user"),
    },
    rows: users.map(({ userId, email, name, story, recorded, createdAt }) => ({
      id: userId,
      email,
      emailVerified: !story.emailUnverified,
      name,
      createdAt,
      ...recorded.user,
    })),
  });
  const insertBilling = upsertRows({
    table: "BillingSubscription",
    schema: EXAMPLE_SCHEMA,
    key: { userId: "text" },
    columns: { createdAt: "time", ...toWriteColumns("billing") },
    rows: users.flatMap(({ userId, recorded: { billing }, createdAt }) =>
      billing === null ? [] : [{ userId, createdAt: createdAt + DAY, ...billing }],
    ),
  });
  const insertWorkspaces = upsertRows({
    table: "Workspace",
    schema: EXAMPLE_SCHEMA,
    key: { id: "text" },
    columns: {
      ...{ ownerId: "text", name: "text", createdAt: "time", ...toWriteColumns("workspace") },
      seats: { type: "int", column: "soldiers" },
    },
    rows: users.flatMap(({ userId, number, recorded, createdAt }) =>
      recorded.workspaces.map((workspace, index) => ({
        ownerId: userId,
        name: makeWorkspaceName(number, index),
        createdAt,
        ...workspace,
      })),
    ),
  });
  for (const insert of [insertUsers, insertBilling, insertWorkspaces]) await tx.$executeRaw(insert);
}

/** Writes links and decisions of staff. */
export async function writeDecisions(tx: Tx, users: readonly PreparedUser[], now: number): Promise<void> {
  await tx.link.createMany({
    data: users.flatMap(({ userId, sessionCustomerIds }) =>
      sessionCustomerIds.map((customerId) => ({ userId, customerId, source: "session", actor: ACTOR })),
    ),
  });
  await tx.comp.createMany({
    data: users.flatMap(({ userId, story: { comp } }) =>
      comp
        ? [
            {
              userId,
              planId: comp.plan,
              reason: comp.reason,
              actor: ACTOR,
              createdAt: toDate(now - comp.since * DAY),
              expiresAt: toDate(now + comp.endsIn * DAY),
            },
          ]
        : [],
    ),
  });
  await tx.hold.createMany({
    data: users.flatMap(({ userId, stripeState, story: { hold } }) =>
      hold ? [{ userId, reason: hold, actor: ACTOR, stripeState, createdAt: toDate(now - DAY) }] : [],
    ),
  });
  await tx.acknowledgement.createMany({
    data: users.flatMap(({ userId, fingerprint, story: { acknowledged } }) =>
      acknowledged ? [{ userId, mismatches: fingerprint, reason: acknowledged, actor: ACTOR }] : [],
    ),
  });
  await tx.userCheck.createMany({
    data: users.flatMap(({ userId, story: { lookupFailure } }) =>
      lookupFailure
        ? [{ userId, failure: lookupFailure, failedAt: toDate(now + AFTER_FIRST_RUN_SECONDS), failures: 3 }]
        : [],
    ),
  });
  for (const user of users) await writeEndedComp(tx, user, now);
}

/** Parity only revokes an ended comp that it granted itself, so the change that granted it has to exist. */
async function writeEndedComp(tx: Tx, user: PreparedUser, now: number): Promise<void> {
  const { userId, story, expected, recorded } = user;
  if (!story.comp || story.comp.endsIn > 0) return;
  const applied = toDate(now - story.comp.since * DAY + 60);
  const run = await tx.run.create({
    data: {
      actorKind: "staff",
      mode: "apply",
      scope: "one",
      state: "done",
      phase: "finished",
      cursor: FINISHED,
      total: 1,
      synced: 1,
      createdAt: applied,
      updatedAt: applied,
      finishedAt: applied,
    },
  });
  await tx.change.create({
    data: {
      runId: run.id,
      userId,
      verdict: "access_mismatch",
      before: toState(expected),
      after: toState(recorded),
      grants: true,
      revokes: false,
      actorKind: "staff",
      createdAt: applied,
    },
  });
}

const toState = ({ user, billing, workspaces }: BillingState) => ({ user, billing, workspaces });
