import type { BillingState } from "~/billing/record";
import { EMPTY_CURSOR } from "~/engine/repair/run-cursor";
import type { Tx } from "~/platform/client.server";
import { workspaceName } from "./names";
import type { Settled } from "./settle";

const DAY = 86_400;
const ACTOR = "demo";
/** A look-up that failed before a full pass is settled by it: this one fails after the demo's first. Seconds. */
const AFTER_FIRST_LOOK = 120;

const at = (seconds: number) => new Date(seconds * 1000);
const atOrNull = (seconds: number | null) => (seconds === null ? null : at(seconds));

/** The application's own tables. */
export async function writeRecords(tx: Tx, people: readonly Settled[]): Promise<void> {
  await tx.user.createMany({
    data: people.map(({ userId, email, name, story, recorded, createdAt }) => ({
      id: userId,
      email,
      emailVerified: !story.emailUnverified,
      name,
      ...recorded.user,
      currentPeriodEnd: atOrNull(recorded.user.currentPeriodEnd),
      createdAt: at(createdAt),
    })),
  });
  await tx.billingSubscription.createMany({
    data: people.flatMap(({ userId, recorded, createdAt }) =>
      recorded.billing === null
        ? []
        : [
            {
              userId,
              ...recorded.billing,
              currentPeriodStart: atOrNull(recorded.billing.currentPeriodStart),
              currentPeriodEnd: atOrNull(recorded.billing.currentPeriodEnd),
              createdAt: at(createdAt + DAY),
            },
          ],
    ),
  });
  await tx.workspace.createMany({
    data: people.flatMap(({ userId, number, recorded, createdAt }) =>
      recorded.workspaces.map((workspace, index) => ({
        ...workspace,
        ownerId: userId,
        name: workspaceName(number, index),
        createdAt: at(createdAt),
      })),
    ),
  });
}

/** Links, and what staff decided. */
export async function writeDecisions(tx: Tx, people: readonly Settled[], now: number): Promise<void> {
  await tx.link.createMany({
    data: people.flatMap(({ userId, sessionCustomerIds }) =>
      sessionCustomerIds.map((customerId) => ({ userId, customerId, source: "session", actor: ACTOR })),
    ),
  });
  await tx.comp.createMany({
    data: people.flatMap(({ userId, story: { comp } }) =>
      comp
        ? [
            {
              userId,
              planId: comp.plan,
              reason: comp.reason,
              actor: ACTOR,
              createdAt: at(now - comp.since * DAY),
              expiresAt: at(now + comp.endsIn * DAY),
            },
          ]
        : [],
    ),
  });
  await tx.hold.createMany({
    data: people.flatMap(({ userId, stripeState, story: { hold } }) =>
      hold ? [{ userId, reason: hold, actor: ACTOR, stripeState, createdAt: at(now - DAY) }] : [],
    ),
  });
  await tx.acknowledgement.createMany({
    data: people.flatMap(({ userId, fingerprint, story: { acknowledged } }) =>
      acknowledged ? [{ userId, mismatches: fingerprint, reason: acknowledged, actor: ACTOR }] : [],
    ),
  });
  await tx.userCheck.createMany({
    data: people.flatMap(({ userId, story: { lookupFailure } }) =>
      lookupFailure
        ? [{ userId, failure: lookupFailure, failedAt: at(now + AFTER_FIRST_LOOK), failures: 3 }]
        : [],
    ),
  });
  for (const person of people) await writeEndedComp(tx, person, now);
}

/** A comp that is over was applied once, by Parity: without the change that did it, taking it back would be theft. */
async function writeEndedComp(tx: Tx, person: Settled, now: number): Promise<void> {
  const { userId, story, right, recorded } = person;
  if (!story.comp || story.comp.endsIn > 0) return;
  const applied = at(now - story.comp.since * DAY + 60);
  const run = await tx.run.create({
    data: {
      actorKind: "staff",
      mode: "apply",
      scope: "one",
      state: "done",
      phase: "finished",
      cursor: EMPTY_CURSOR,
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
      before: stateOf(right),
      after: stateOf(recorded),
      grants: true,
      revokes: false,
      actorKind: "staff",
      createdAt: applied,
    },
  });
}

const stateOf = ({ user, billing, workspaces }: BillingState) => ({ user, billing, workspaces });
