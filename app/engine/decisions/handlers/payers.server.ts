import { z } from "zod";
import { type Handler, type Prepared, refuse } from "~/engine/decisions/handler.server";
import { findLatestDecision } from "~/engine/decisions/store.server";
import { listUsersConcerned } from "~/engine/observe/recheck-queue.server";
import type { Tx } from "~/platform/client.server";
import { sql } from "~/platform/sql.server";
import { idInput } from "./inputs.server";
import { listOwners, nameUsers } from "./links.server";

const customerInput = z.object({ customerId: idInput("a Stripe customer") });
type CustomerInput = z.infer<typeof customerInput>;

const kept = z.object({ reason: z.string(), actor: z.string() });
type Kept = z.infer<typeof kept>;

const MOST_USERS = 100;
const lock = ({ customerId }: CustomerInput) => [`customer:${customerId}`];

async function findKept(tx: Tx, customerId: string): Promise<Kept | null> {
  const row = await tx.ignoredCustomer.findUnique({ where: { customerId } });
  return row && kept.parse(row);
}

/** A customer that pays for something else: in no list of payers, no possible match, until a link says otherwise. */
export const payerNotOurs: Handler<CustomerInput> = {
  input: customerInput,
  lock,
  async prepare(tx, { customerId }, { actorName, reason }) {
    const customer = await tx.stripeCustomer.findUnique({ where: { id: customerId }, select: { id: true } });
    if (customer === null) return refuse("not_found", `There is no Stripe customer ${customerId}.`);
    const owners = await listOwners(tx, customerId);
    if (owners.length > 0)
      return refuse(
        "refused",
        `${customerId} is linked to ${await nameUsers(tx, owners)}: reject that link first.`,
        (await findLatestDecision(tx, { customerId })) ?? undefined,
      );
    if ((await findKept(tx, customerId)) !== null)
      return refuse(
        "already",
        `${customerId} is marked as not ours already.`,
        (await findLatestDecision(tx, { customerId })) ?? undefined,
      );
    return change(tx, customerId, null, { reason, actor: actorName });
  },
  async revert(tx, { subject: { customerId = "" }, after }) {
    const stands = JSON.stringify(await findKept(tx, customerId)) === JSON.stringify(kept.parse(after));
    if (!stands) return refuse("changed", `What is decided about ${customerId} has changed since.`);
    return change(tx, customerId, kept.parse(after), null);
  },
};

export const payerOurs: Handler<CustomerInput> = {
  input: customerInput,
  lock,
  async prepare(tx, { customerId }) {
    const before = await findKept(tx, customerId);
    if (before === null)
      return refuse(
        "already",
        `${customerId} is not marked as not ours.`,
        (await findLatestDecision(tx, { customerId })) ?? undefined,
      );
    return change(tx, customerId, before, null);
  },
  async revert(tx, { subject: { customerId = "" }, before }) {
    if ((await findKept(tx, customerId)) !== null || (await listOwners(tx, customerId)).length > 0)
      return refuse("changed", `What is decided about ${customerId} has changed since.`);
    return change(tx, customerId, null, kept.parse(before));
  },
};

async function change(
  tx: Tx,
  customerId: string,
  before: Kept | null,
  after: Kept | null,
): Promise<Prepared> {
  return {
    ok: true,
    subject: { customerId },
    userIds: await listUsersConcerned(tx, sql`SELECT ${customerId}::text AS id`, MOST_USERS),
    before,
    after,
    sentence: after
      ? `${customerId} is not ours: it is in no list of payers any more.`
      : `${customerId} may be a payer of ours again.`,
    followUp: "evaluate",
    async write(tx) {
      await tx.ignoredCustomer.deleteMany({ where: { customerId } });
      if (after)
        await tx.$executeRaw`INSERT INTO parity."IgnoredCustomer" ("customerId", reason, actor, "createdAt")
          VALUES (${customerId}, ${after.reason}, ${after.actor}, now())`;
    },
  };
}
