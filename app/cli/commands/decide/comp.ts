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
    positionals: z.union(
      [z.tuple([z.string()]), z.tuple([z.string(), z.string()])],
      "Give a user and a plan.",
    ),
    until: z.string().optional(),
    end: z.boolean().default(false),
    ...decisionFields,
  })
  .refine(
    ({ positionals, until, end }) =>
      end ? positionals.length === 1 && until === undefined : positionals.length === 2 && until !== undefined,
    "Give a user, a plan and --until, or a user and --end.",
  );

export const comp = defineCommand({
  name: "comp",
  usage: [`comp <user> <plan> --until <YYYY-MM-DD> ${DECISION_USAGE}`, `comp <user> --end ${DECISION_USAGE}`],
  summary: "give complimentary access to a plan, or end it",
  help: [
    "--until: the last day, in UTC.",
    "--end: the complimentary access that runs is over. What it gave is taken, where the write mode allows it.",
    ...DECISION_HELP,
  ],
  options: { ...DECISION_OPTIONS, until: { type: "string" }, end: { type: "boolean" } },
  input,
  async run(context, { positionals: [query, planId], until, end, ...typed }) {
    const userId = await findUser(context, query);
    if (userId === null) return EXIT.failed;
    return end
      ? makeDecision(context, { kind: "end_comp", input: { userId } }, typed)
      : makeDecision(context, { kind: "give_comp", input: { userId, planId, until } }, typed);
  },
});
