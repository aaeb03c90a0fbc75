import { z } from "zod";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import { formatTime, sentence, toNumberCell } from "~/cli/words";
import type { RunView } from "~/dashboard/run-view.server";
import { RUN_COUNTS } from "~/engine/repair/run-counts";
import { formatAgo, formatLength } from "~/ui/format/relative-time";
import { SCOPE_WORDS, STATE_WORDS } from "~/ui/status/words";

const LIMIT_RANGE = "--limit must be a whole number from 1 to 500.";

export const runs = defineCommand({
  name: "runs",
  usage: ["runs [--limit 20]", "runs <run id>", "runs cancel <run id>"],
  summary: "list runs, show one run with its results, or cancel one",
  help: [
    "Lists the newest runs first; or shows one run with its results by verdict, outcome and reason.",
    "cancel: the run ends after what is being written now. What it has written stays; undo takes it back.",
  ],
  options: { limit: { type: "string" } },
  input: z.object({
    positionals: z
      .array(z.string())
      .max(2, "One run at a time.")
      .refine(
        ([first, second]) => (first === "cancel") === (second !== undefined),
        "Name one run: runs <run id>, or runs cancel <run id>.",
      ),
    limit: z.coerce
      .number(LIMIT_RANGE)
      .int(LIMIT_RANGE)
      .min(1, LIMIT_RANGE)
      .max(500, LIMIT_RANGE)
      .default(20),
  }),
  run(context, { positionals: [first, second], limit }) {
    if (first === undefined) return listRuns(context, limit);
    return second === undefined ? showRun(context, first) : cancelRun(context, second);
  },
});

async function cancelRun({ parity, out }: CommandContext, runId: string): Promise<ExitCode> {
  const page = await parity.runs.page({ runId, limit: 1 });
  if (page === null) return failWithoutRun(out, runId);
  if (page.run.state !== "running") {
    out.fail("not_running", `This run is over: ${nameState(page.run)}.`);
    return EXIT.failed;
  }
  await parity.runs.cancel(runId);
  // Its process cancels it at its next step; where none works on it, this one does.
  await parity.runs.step(runId, 0);
  const after = await parity.runs.page({ runId, limit: 1 });
  const run = after?.run ?? page.run;
  out.answer({ run }, () => [
    run.state === "running"
      ? "The run ends after what is being written now."
      : `The run is ${nameState(run)}. What it has written stays.`,
  ]);
  return EXIT.done;
}

function failWithoutRun(out: CommandContext["out"], runId: string): ExitCode {
  out.fail("no_such_run", `There is no run ${runId}.`);
  return EXIT.failed;
}

async function listRuns({ parity, out, now }: CommandContext, limit: number): Promise<ExitCode> {
  const list = await parity.runs.list({ limit });
  const head: Line = ["run", "started", "by", "type", "state", ...RUN_COUNTS.map(({ done }) => done)];
  out.answer(list, () => [
    ...(list.length === 0 ? ["There are no runs yet."] : [head]),
    ...list.map((run): Line => {
      const counts = RUN_COUNTS.map(({ key }) => toNumberCell(run[key]));
      return [run.id, formatAgo(run.createdAt, now()), run.by, describeRun(run), nameState(run), ...counts];
    }),
  ]);
  return EXIT.done;
}

const describeRun = ({ mode, scope }: RunView) => `${mode}, ${SCOPE_WORDS[scope]}`;
const nameState = ({ state }: RunView) => STATE_WORDS[state].toLowerCase();

async function showRun({ parity, out, now }: CommandContext, runId: string): Promise<ExitCode> {
  const page = await parity.runs.page({ runId, limit: 1 });
  if (page === null) return failWithoutRun(out, runId);
  const { run, groups } = page;
  out.answer({ run, groups }, () => [
    `${run.id}: ${describeRun(run)}, by ${run.by}; ${nameState(run)}`,
    `Started ${formatTime(run.createdAt, now())}${run.finishedAt === null ? "" : `, took ${formatLength(run.finishedAt - run.createdAt)}`}.`,
    ...(run.reason === null ? [] : [sentence(run.reason)]),
    "",
    ["users", toNumberCell(run.total)],
    ...RUN_COUNTS.map(
      ({ key, done, previewed }): Line => [
        `  ${run.mode === "preview" ? previewed : done}`,
        toNumberCell(run[key]),
      ],
    ),
    ["subscriptions read", toNumberCell(run.observed)],
    ["requests to Stripe", toNumberCell(run.stripeRequests)],
    ...(groups.length === 0 ? [] : [""]),
    ...(run.resultsRemoved ? ["The results of users that it did not repair are not kept any more."] : []),
    ...groups.map((group) => group.sentence),
  ]);
  return EXIT.done;
}
