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

const input = z
  .object({
    positionals: z.tuple([z.string()], "Give one Stripe customer (cus_…)."),
    link: z.string().optional(),
    "not-ours": z.boolean().default(false),
    ours: z.boolean().default(false),
    ...decisionFields,
  })
  .refine(
    (all) => [all.link !== undefined, all["not-ours"], all.ours].filter((one) => one).length === 1,
    "Give one of --link, --not-ours and --ours.",
  );

export const payer = defineCommand({
  name: "payer",
  usage: [
    `payer <cus_…> --link <user> ${DECISION_USAGE}`,
    `payer <cus_…> --not-ours ${DECISION_USAGE}`,
    `payer <cus_…> --ours ${DECISION_USAGE}`,
  ],
  summary: "decide about a paying Stripe customer that no user is linked to",
  help: [
    "--link: it is this user. The user is synced.",
    "--not-ours: it pays for something else. It is in no list of payers and no possible match any more.",
    "--ours: it may be a payer of ours again.",
    ...DECISION_HELP,
  ],
  options: {
    ...DECISION_OPTIONS,
    link: { type: "string" },
    "not-ours": { type: "boolean" },
    ours: { type: "boolean" },
  },
  input,
  async run(context, { positionals: [customerId], link, ours, ...typed }) {
    if (link === undefined)
      return makeDecision(
        context,
        { kind: ours ? "payer_ours" : "payer_not_ours", input: { customerId } },
        typed,
      );
    const userId = await findUser(context, link);
    if (userId === null) return EXIT.failed;
    return makeDecision(context, { kind: "link_payer", input: { userId, customerId } }, typed);
  },
});
