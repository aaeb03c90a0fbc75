import { z } from "zod";
import { defineCommand } from "~/cli/command";
import {
  DECISION_HELP,
  DECISION_OPTIONS,
  DECISION_USAGE,
  decisionFields,
  makeDecision,
} from "./make-decision";

const what = z.enum(["change", "run", "decision"], "Say what to undo: change, run or decision.");

export const undo = defineCommand({
  name: "undo",
  usage: [`undo <change | run | decision> <id> ${DECISION_USAGE}`],
  summary: "take back what a repair or a run wrote, or a decision",
  help: [
    "change, run: only where the record still is what was written, and never what Stripe entitles to now. Its users are on hold then.",
    "decision: only while what it wrote still stands.",
    ...DECISION_HELP,
  ],
  options: DECISION_OPTIONS,
  input: z.object({
    positionals: z.tuple([what, z.string()], "Say what to undo (change, run or decision), and its id."),
    ...decisionFields,
  }),
  run(context, { positionals: [kind, id], ...typed }) {
    switch (kind) {
      case "change":
        return makeDecision(context, { kind: "undo_change", input: { changeId: id } }, typed);
      case "run":
        return makeDecision(context, { kind: "undo_run", input: { runId: id } }, typed);
      case "decision":
        return makeDecision(context, { kind: "undo_decision", input: { decisionId: id } }, typed);
    }
  },
});
