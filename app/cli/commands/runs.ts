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
  usage: ["runs [--limit 20]", "runs <run id>"],
  summary: "list runs, or show one run with its results",
  help: ["Lists the newest runs first; or shows one run with its results by verdict, outcome and reason."],
  options: { limit: { type: "string" } },
  input: z.object({
    positionals: z.array(z.string()).max(1, "One run at a time."),
    limit: z.coerce
      .number(LIMIT_RANGE)
      .int(LIMIT_RANGE)
      .min(1, LIMIT_RANGE)
      .max(500, LIMIT_RANGE)
      .default(20),
  }),
  run: (context, { positionals: [runId], limit }) =>
    runId === undefined ? listRuns(context, limit) : showRun(context, runId),
});

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
  if (page === null) {
    out.fail("no_such_run", `There is no run ${runId}.`);
    return EXIT.failed;
  }
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
    ...groups.map((group) => group.sentence),
  ]);
  return EXIT.done;
}
