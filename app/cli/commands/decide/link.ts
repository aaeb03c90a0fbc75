import { z } from "zod";
import { defineCommand, EXIT } from "~/cli/command";
import { findUser } from "~/cli/find-user";
import {
  DECISION_HELP,
  DECISION_OPTIONS,
  DECISION_USAGE,
  decisionFields,
  makeDecision,
} from "./make-decision";

const input = z.object({
  positionals: z.tuple([z.string(), z.string()], "Give one user and one Stripe customer (cus_…)."),
  subscription: z.string().optional(),
  settle: z.boolean().default(false),
  ...decisionFields,
});

const subscription = { subscription: { type: "string" } } as const;
const PLACE = "<user> <cus_…> [--subscription <sub_…>]";
const SUBSCRIPTION_HELP = "--subscription: only this subscription of the customer.";

export const link = defineCommand({
  name: "link",
  usage: [`link ${PLACE} [--settle] ${DECISION_USAGE}`],
  summary: "say that a Stripe customer is this user",
  help: [
    "Confirms a possible match, or links a payer that no user is linked to. The user is synced.",
    "--settle: several users claim the customer; it is this user’s, and no other’s.",
    SUBSCRIPTION_HELP,
    ...DECISION_HELP,
  ],
  options: { ...DECISION_OPTIONS, ...subscription, settle: { type: "boolean" } },
  input,
  async run(context, { positionals: [query, customerId], subscription: subscriptionId, settle, ...typed }) {
    const userId = await findUser(context, query);
    if (userId === null) return EXIT.failed;
    const kind = settle ? "settle_conflict" : "confirm_link";
    return makeDecision(context, { kind, input: { userId, customerId, subscriptionId } }, typed);
  },
});

export const reject = defineCommand({
  name: "reject",
  usage: [`reject ${PLACE} ${DECISION_USAGE}`],
  summary: "say that a Stripe customer is not this user",
  help: [
    "Ends every link and possible match between the two. Parity does not take access by this alone: that needs evidence.",
    SUBSCRIPTION_HELP,
    ...DECISION_HELP,
  ],
  options: { ...DECISION_OPTIONS, ...subscription },
  input,
  async run(
    context,
    { positionals: [query, customerId], subscription: subscriptionId, settle: _, ...typed },
  ) {
    const userId = await findUser(context, query);
    if (userId === null) return EXIT.failed;
    return makeDecision(
      context,
      { kind: "reject_link", input: { userId, customerId, subscriptionId } },
      typed,
    );
  },
});

const LINK_KINDS: ReadonlySet<string | null> = new Set([
  "confirm_link",
  "link_payer",
  "settle_conflict",
  "reject_link",
]);

export const unlink = defineCommand({
  name: "unlink",
  usage: [`unlink <user> <cus_…> ${DECISION_USAGE}`],
  summary: "take back the last decision about a user and a Stripe customer",
  help: [
    "What was confirmed, rejected or settled last is undecided again. To say that it is not this user, use reject.",
    ...DECISION_HELP,
  ],
  options: DECISION_OPTIONS,
  input,
  async run(context, { positionals: [query, customerId], ...typed }) {
    const userId = await findUser(context, query);
    if (userId === null) return EXIT.failed;
    const { decisions } = await context.parity.decisions.about(userId);
    const last = decisions.find(
      ({ kind, subject, undoable }) => undoable && subject.customerId === customerId && LINK_KINDS.has(kind),
    );
    if (!last) {
      context.out.fail("not_found", `No decision about ${userId} and ${customerId} can be taken back.`);
      return EXIT.failed;
    }
    return makeDecision(context, { kind: "undo_decision", input: { decisionId: last.id } }, typed);
  },
});
