import { z } from "zod";
import { type CommandContext, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import type {
  DecisionMade,
  DecisionPreview,
  DecisionRefused,
  DecisionRequest,
} from "~/dashboard/decisions/decisions.server";

/** The options that every decision has. */
export const DECISION_OPTIONS = {
  reason: { type: "string" },
  preview: { type: "boolean" },
} as const;

export const DECISION_USAGE = "--reason <text> [--preview]";

export const DECISION_HELP = [
  "--reason: why; it is kept with the decision.",
  "--preview: say what it would change, and change nothing.",
];

export const decisionFields = {
  reason: z.string().optional(),
  preview: z.boolean().default(false),
};

type Typed = { reason?: string | undefined; preview: boolean };

/** The person at the command line, who decides as an admin: this program has the database's password. */
export const toDecider = ({ account }: Pick<CommandContext, "account">): DecisionRequest["by"] => ({
  actor: { kind: "command_line", id: account },
  role: "admin",
});

/** Makes a decision, or previews it, and says what came of it. */
export async function makeDecision(
  context: CommandContext,
  decision: Pick<DecisionRequest, "kind" | "input">,
  { reason, preview }: Typed,
): Promise<ExitCode> {
  const { decisions } = context.parity;
  const request: DecisionRequest = { ...decision, reason: reason ?? null, by: toDecider(context) };
  if (preview) return answer(context, await decisions.preview(request), null);
  const made = await decisions.decide({ ...request, signal: context.signal });
  return answer(context, made, made.ok ? made : null);
}

function answer(
  { out }: CommandContext,
  found: DecisionPreview | DecisionRefused,
  made: DecisionMade | null,
): ExitCode {
  if (!found.ok) {
    const isTypo = found.reason === "reason_missing" || found.reason === "bad_input";
    const hint = found.reason === "reason_missing" ? " Give it with --reason." : "";
    out.fail(found.reason, `${found.message}${hint}`);
    return isTypo ? EXIT.usage : EXIT.failed;
  }
  const { sentence, lines, effect, writeMode } = found;
  const { decision = null, sync = null } = made ?? {};
  out.answer({ preview: made === null, sentence, lines, effect, writeMode, decision, sync }, (): Line[] => [
    made === null ? `Preview, nothing was changed: ${sentence}` : sentence,
    ...lines.map((line) => `  ${line}`),
    ...(sync === null ? [] : [sync.message, ...sync.changes.map((change) => `  ${change}`)]),
    ...(decision === null ? [] : [`Decision ${decision.id}, by ${decision.by}.`]),
  ]);
  return sync?.outcome === "failed" ? EXIT.failed : EXIT.done;
}
