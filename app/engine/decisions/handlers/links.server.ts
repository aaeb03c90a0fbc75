import { z } from "zod";
import type { LinkEdge } from "~/billing/snapshot";
import { formatCount } from "~/billing/words/counts";
import { selectOwners } from "~/engine/account/customer-owners.server";
import { findEvaluated } from "~/engine/decisions/find-evaluated.server";
import {
  type DecisionContext,
  type Handler,
  type Prepared,
  type Refusal,
  refuse,
} from "~/engine/decisions/handler.server";
import { findLatestDecision, type StoredDecision } from "~/engine/decisions/store.server";
import { listUsersConcerned } from "~/engine/observe/recheck-queue.server";
import type { Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { idInput, userInput } from "./inputs.server";
import { findLinkSources, type LinkChange, parseLinkChanges, writeLinkChanges } from "./link-rows.server";

const linkInput = userInput.extend({
  customerId: idInput("a Stripe customer"),
  subscriptionId: idInput("a subscription").optional(),
});
type LinkInput = z.infer<typeof linkInput>;

const MOST_USERS = 100;

/** Two people who decide about one customer, or one user, decide one after the other. */
const lock = ({ userId, customerId }: LinkInput) => [`customer:${customerId}`, `user:${userId}`];

const nameLink = ({ customerId, subscriptionId }: Pick<LinkInput, "customerId" | "subscriptionId">) =>
  subscriptionId === undefined ? customerId : `${subscriptionId} (${customerId})`;

/** The payer is this user: the customer, or one subscription of it. Of a customer that is another user's, see `settleConflict`. */
export const confirmLink: Handler<LinkInput> = {
  input: linkInput,
  lock,
  async prepare(tx, input, context) {
    const found = await findEvaluated(tx, input.userId, context);
    if (!found.ok) return found;
    const problem = await findCustomerProblem(tx, input);
    if (problem) return problem;
    const owners = await listOwners(tx, input.customerId);
    const others = owners.filter((id) => id !== input.userId);
    if (others.length > 0)
      return refuse(
        "refused",
        `${input.customerId} is linked to ${await nameUsers(tx, others)}. Settle the conflict to give it to ${found.name}.`,
        (await findLatestDecision(tx, { customerId: input.customerId })) ?? undefined,
      );
    if (input.subscriptionId === undefined && owners.length > 0)
      return refuse(
        "already",
        `${input.customerId} is linked to ${found.name} already.`,
        (await findLatestDecision(tx, { customerId: input.customerId })) ?? undefined,
      );
    return prepareLinks(tx, {
      input,
      wanted: [{ ...toPlace(input), after: "confirmed" }],
      sentence: `${nameLink(input)} is ${found.name}.`,
      context,
    });
  },
  revert: revertLinks,
};

/** The payer is not this user: no link of any kind, and no possible match. */
export const rejectLink: Handler<LinkInput> = {
  input: linkInput,
  lock,
  async prepare(tx, input, context) {
    const found = await findEvaluated(tx, input.userId, context);
    if (!found.ok) return found;
    const { links, possibleMatches } = found.user.evaluation;
    const isRejected = (await findLinkSources(tx, [toPlace(input)]))[0] === "rejected";
    if (!isRejected && ![...links.customerIds, ...possibleMatches].includes(input.customerId))
      return refuse("refused", `Nothing says that ${input.customerId} may be ${found.name}.`);
    return prepareLinks(tx, {
      input,
      wanted: [{ ...toPlace(input), after: "rejected" }],
      sentence: `${nameLink(input)} is not ${found.name}.`,
      context,
    });
  },
  revert: revertLinks,
};

/** A customer, or one subscription of it, that several users claim, is this user's and no other's. */
export const settleConflict: Handler<LinkInput> = {
  input: linkInput,
  lock,
  async prepare(tx, input, context) {
    const found = await findEvaluated(tx, input.userId, context);
    if (!found.ok) return found;
    const problem = await findCustomerProblem(tx, input);
    if (problem) return problem;
    const edges = found.user.snapshot.edges.filter(({ customerId }) => customerId === input.customerId);
    if (!edges.some(({ userId }) => userId === input.userId))
      return refuse("refused", `${found.name} does not claim ${input.customerId}. Confirm the link instead.`);
    const others = edges.filter((edge) => edge.userId !== input.userId && concerns(edge, input));
    const otherIds = [...new Set(others.map(({ userId }) => userId))].sort();
    const place = toPlace(input);
    const notTheirs = otherIds.length > 0 ? `, and not ${await nameUsers(tx, otherIds)}` : "";
    const prepared = await prepareLinks(tx, {
      input,
      wanted: [
        { ...place, after: "confirmed" },
        ...otherIds.map((userId) => ({ ...place, userId, after: "rejected" as const })),
      ],
      sentence: `${nameLink(input)} is ${found.name}${notTheirs}.`,
      context,
    });
    const takesFromOwner = others.some(({ source }) => source !== "metadata" && source !== "session");
    return prepared.ok ? { ...prepared, needsAdmin: takesFromOwner } : prepared;
  },
  revert: revertLinks,
};

const concerns = (edge: LinkEdge, { subscriptionId }: LinkInput) =>
  subscriptionId === undefined || edge.subscriptionId === null || edge.subscriptionId === subscriptionId;

const toPlace = ({ userId, customerId, subscriptionId = "" }: LinkInput) => ({
  userId,
  customerId,
  subscriptionId,
});

/** Only what Stripe has can be linked. */
async function findCustomerProblem(
  tx: Tx,
  { customerId, subscriptionId }: LinkInput,
): Promise<Refusal | null> {
  const customer = await tx.stripeCustomer.findUnique({ where: { id: customerId }, select: { state: true } });
  if (customer === null)
    return refuse("not_found", `Stripe’s customer ${customerId} has not been read yet. Read it first.`);
  if (customer.state !== "present") return refuse("refused", `Stripe does not have ${customerId} any more.`);
  const ignored = await tx.ignoredCustomer.findUnique({ where: { customerId } });
  if (ignored !== null) return refuse("refused", `${customerId} is marked as not ours. End that first.`);
  if (subscriptionId === undefined) return null;
  const where = { id: subscriptionId, customerId, gone: false };
  const subscription = await tx.stripeSubscription.findFirst({ where, select: { id: true } });
  return subscription === null
    ? refuse("not_found", `${customerId} has no subscription ${subscriptionId}.`)
    : null;
}

const nameRow = z.object({ id: z.string(), name: z.string().nullable() });
const MOST_NAMED = 3;

/** "Ada Okafor, user_12, Henry Fischer and 997 more": a customer may be claimed by very many users. */
export async function nameUsers(tx: Tx, userIds: readonly string[]): Promise<string> {
  const named = userIds.slice(0, MOST_NAMED);
  const rows = await queryRows(
    tx,
    nameRow,
    sql`SELECT id, name FROM parity."User" WHERE id = ANY(${[...named]}) ORDER BY id`,
  );
  const names = rows.map(({ id, name }) => (name === null ? id : `${name} (${id})`)).join(", ");
  const rest = userIds.length - named.length;
  return rest > 0 ? `${names} and ${formatCount(rest)} more` : names;
}

const ownerRow = z.object({ userId: z.string() });

/** The users that own a customer by a strong link. */
export async function listOwners(tx: Tx, customerId: string): Promise<string[]> {
  const rows = await queryRows(
    tx,
    ownerRow,
    sql`SELECT DISTINCT "userId" FROM (${selectOwners(sql`${customerId}::text`)}) owners ORDER BY 1`,
  );
  return rows.map(({ userId }) => userId);
}

type Wanted = Omit<LinkChange, "before">;
type LinkDecision = {
  input: LinkInput;
  wanted: readonly Wanted[];
  sentence: string;
  context: DecisionContext;
};

async function prepareLinks(
  tx: Tx,
  { input, wanted, sentence, context }: LinkDecision,
): Promise<Prepared | Refusal> {
  const sources = await findLinkSources(tx, wanted);
  const changes = wanted
    .map((one, place): LinkChange => ({ ...one, before: sources[place] ?? null }))
    .filter(({ before, after }) => before !== after);
  const { userId, customerId, subscriptionId } = input;
  if (changes.length === 0) {
    const decision = await findLatestDecision(tx, { customerId });
    return refuse("already", `That is decided already: ${sentence}`, decision ?? undefined);
  }
  return toPrepared(tx, { changes, sentence, context, subject: { userId, customerId, subscriptionId } });
}

/** Puts the rows of `Link` back that a decision has written, where they still are so. */
async function revertLinks(
  tx: Tx,
  { subject, after }: StoredDecision,
  context: DecisionContext,
): Promise<Prepared | Refusal> {
  const written = parseLinkChanges(after);
  const { customerId = "", userId = "" } = subject;
  const sources = await findLinkSources(tx, written);
  if (written.some(({ after }, place) => after !== sources[place]))
    return refuse(
      "changed",
      `The link of ${customerId} has changed since.`,
      (await findLatestDecision(tx, { customerId })) ?? undefined,
    );
  const changes = written.map((one) => ({ ...one, before: one.after, after: one.before }));
  const sentence = `Whose ${customerId} is, is undecided again.`;
  return toPrepared(tx, { changes, sentence, context, subject: { ...subject, userId, customerId } });
}

type Linked = {
  changes: readonly LinkChange[];
  sentence: string;
  context: DecisionContext;
  subject: { userId: string; customerId: string; subscriptionId?: string };
};

async function toPrepared(tx: Tx, { changes, sentence, context, subject }: Linked): Promise<Prepared> {
  const { userId, customerId } = subject;
  const concerned = await listUsersConcerned(tx, sql`SELECT ${customerId}::text AS id`, MOST_USERS);
  const userIds = [...new Set([userId, ...changes.map((one) => one.userId), ...concerned])];
  return {
    ok: true,
    subject,
    userIds,
    before: null,
    after: { links: [...changes] },
    sentence,
    followUp: "sync",
    write: (tx) => writeLinkChanges(tx, changes, context.actorName),
  };
}
