import { z } from "zod";
import { type Command, defineCommand, EXIT } from "~/cli/command";
import { findUser } from "~/cli/find-user";
import type { DecisionKind } from "~/engine/decisions/kinds";
import {
  DECISION_HELP,
  DECISION_OPTIONS,
  DECISION_USAGE,
  decisionFields,
  makeDecision,
} from "./make-decision";

const positionals = z.tuple([z.string()], "Give one user.");

type Described = Pick<Command, "name" | "summary" | "help"> & {
  kind: DecisionKind;
  /** The same command with a flag: the other decision. */
  flag?: { name: string; kind: DecisionKind; help: string };
};

/** A command that decides one thing about one user. */
const defineUserDecision = ({ name, summary, help, kind, flag }: Described) =>
  defineCommand({
    name,
    usage: [`${name} <user>${flag ? ` [--${flag.name}]` : ""} ${DECISION_USAGE}`],
    summary,
    help: [...help, ...(flag ? [`--${flag.name}: ${flag.help}`] : []), ...DECISION_HELP],
    options: { ...DECISION_OPTIONS, ...(flag && { [flag.name]: { type: "boolean" as const } }) },
    input: z.looseObject({ positionals, ...decisionFields }),
    async run(context, { positionals: [query], reason, preview, ...flags }) {
      const userId = await findUser(context, query);
      if (userId === null) return EXIT.failed;
      const chosen = flag && flags[flag.name] === true ? flag.kind : kind;
      return makeDecision(context, { kind: chosen, input: { userId } }, { reason, preview });
    },
  });

export const hold = defineUserDecision({
  name: "hold",
  kind: "hold",
  summary: "stop automatic changes to a user",
  help: ["Until it is released, or Stripe’s state of this user changes."],
});

export const release = defineUserDecision({
  name: "release",
  kind: "release",
  summary: "release a user from hold, and sync",
  help: ["The sync that follows takes no access; the next run may, under its rules."],
});

export const acknowledge = defineUserDecision({
  name: "acknowledge",
  kind: "acknowledge",
  summary: "leave a user as it is",
  help: ["It counts as open again when anything about it changes."],
  flag: { name: "end", kind: "end_acknowledgement", help: "it counts as open again now." },
});

export const revoke = defineUserDecision({
  name: "revoke",
  kind: "revoke",
  summary: "approve that a user loses access, or a part of it",
  help: ["Stripe is read first; something is taken only with evidence."],
  flag: { name: "override", kind: "override", help: "also without evidence, for the reason that is given." },
});
