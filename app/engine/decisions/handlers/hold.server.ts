import { z } from "zod";
import { findEvaluated } from "~/engine/decisions/find-evaluated.server";
import { type Handler, refuse } from "~/engine/decisions/handler.server";
import { describeHeldState } from "~/engine/decisions/held-state";
import { findLatestDecision } from "~/engine/decisions/store.server";
import type { Tx } from "~/platform/client.server";
import { userInput } from "./inputs.server";

type UserInput = z.infer<typeof userInput>;

const held = z.object({ holdId: z.string() });
/** Holds that stood when this one was made, and that Stripe's new state had ended. Decisions made before this was kept have none. */
const replaced = z.object({ replacedIds: z.array(z.string()) }).nullish();

const lock = ({ userId }: UserInput) => [`user:${userId}`];

const release = (tx: Tx, userId: string) =>
  tx.$executeRaw`UPDATE parity."Hold" SET "releasedAt" = now() WHERE "userId" = ${userId} AND "releasedAt" IS NULL`;

/** No automatic repair of a user until staff release it, or Stripe says something new. */
export const hold: Handler<UserInput> = {
  input: userInput,
  lock,
  async prepare(tx, { userId }, context) {
    const found = await findEvaluated(tx, userId, context);
    if (!found.ok) return found;
    if (found.user.evaluation.onHold) {
      const decision = await findLatestDecision(tx, { userId });
      return refuse("already", `${found.name} is on hold already.`, decision ?? undefined);
    }
    // One that Stripe's new state has ended counts again when that state returns.
    const rows = await tx.hold.findMany({
      where: { userId, releasedAt: null },
      select: { id: true },
      orderBy: { id: "asc" },
    });
    const replacedIds = rows.map(({ id }) => id);
    const holdId = crypto.randomUUID();
    const { actorName: actor, reason } = context;
    const stripeState = describeHeldState(found.user);
    return {
      ok: true,
      subject: { userId },
      userIds: [userId],
      before: replacedIds.length > 0 ? { replacedIds } : null,
      after: { holdId },
      sentence: `${found.name} is on hold: nothing is changed automatically until staff release it or Stripe’s state changes.`,
      followUp: "evaluate",
      async write(tx) {
        await release(tx, userId);
        await tx.$executeRaw`INSERT INTO parity."Hold" (id, "userId", reason, actor, "stripeState", "createdAt")
          VALUES (${holdId}, ${userId}, ${reason}, ${actor}, ${stripeState}, now())`;
      },
    };
  },
  async revert(tx, { subject: { userId = "" }, before, after }, context) {
    const found = await findEvaluated(tx, userId, context);
    if (!found.ok) return found;
    const { holdId } = held.parse(after);
    const row = await tx.hold.findUnique({ where: { id: holdId } });
    if (row === null || row.releasedAt !== null)
      return refuse("changed", `${found.name} is not on hold any more.`);
    const replacedIds = replaced.parse(before)?.replacedIds ?? [];
    const counts = await tx.hold.count({
      where: { id: { in: replacedIds }, stripeState: describeHeldState(found.user) },
    });
    return {
      ok: true,
      subject: { userId },
      userIds: [userId],
      before: { holdId },
      after: null,
      sentence:
        counts > 0
          ? `${found.name} is on hold as before, for the earlier reason.`
          : `${found.name} is not on hold any more.`,
      followUp: "sync",
      async write(tx) {
        await release(tx, userId);
        await tx.$executeRaw`UPDATE parity."Hold" SET "releasedAt" = NULL WHERE id = ANY(${replacedIds})`;
      },
    };
  },
};

export const releaseHold: Handler<UserInput> = {
  input: userInput,
  lock,
  async prepare(tx, { userId }, context) {
    const found = await findEvaluated(tx, userId, context);
    if (!found.ok) return found;
    const row = await tx.hold.findFirst({
      where: { userId, releasedAt: null },
      orderBy: { createdAt: "desc" },
    });
    if (row === null) {
      const decision = await findLatestDecision(tx, { userId });
      return refuse("already", `${found.name} is not on hold.`, decision ?? undefined);
    }
    return {
      ok: true,
      subject: { userId },
      userIds: [userId],
      before: { holdId: row.id, reason: row.reason },
      after: null,
      sentence: `${found.name} is not on hold any more.`,
      followUp: "sync",
      write: async (tx) => void (await release(tx, userId)),
    };
  },
};
