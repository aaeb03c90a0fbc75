import { z } from "zod";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import { moment, numberCell, sentence } from "~/cli/words";
import type { RunView } from "~/dashboard/views";
import { formatAgo, formatLength } from "~/ui/format/relative-time";

export const runs = defineCommand({
  name: "runs",
  usage: ["runs [--limit 20]", "runs <run id>"],
  summary: "what was run, by whom, and what it came to",
  help: ["The newest first; or one run, with what it came to by verdict, outcome and reason."],
  options: { limit: { type: "string" } },
  input: z.object({
    positionals: z.array(z.string()).max(1, "One run at a time."),
    limit: z.coerce
      .number("--limit is a number.")
      .int()
      .min(1)
      .max(500, "--limit is at most 500.")
      .default(20),
  }),
  run: (context, { positionals: [runId], limit }) =>
    runId === undefined ? listRuns(context, limit) : showRun(context, runId),
});

async function listRuns({ parity, out, now }: CommandContext, limit: number): Promise<ExitCode> {
  const list = await parity.runs.list({ limit });
  const head: Line = ["run", "began", "by", "what", "state", "synced", "in sync", "review", "failed"];
  out.answer(list, () => [
    ...(list.length === 0 ? ["Nothing was run yet."] : [head]),
    ...list.map((run): Line => {
      const { id, by, state, synced, skipped, review, failed } = run;
      const counts = [synced, skipped, review, failed].map(numberCell);
      return [id, formatAgo(run.createdAt, now()), by, whatOf(run), state, ...counts];
    }),
  ]);
  return EXIT.done;
}

const whatOf = ({ mode, scope }: RunView) =>
  `${mode}, ${scope === "one" ? "one user" : scope === "selection" ? "some users" : "everybody"}`;

async function showRun({ parity, out, now }: CommandContext, runId: string): Promise<ExitCode> {
  const page = await parity.runs.page({ runId, limit: 1 });
  if (page === null) {
    out.fail("no_such_run", `There is no run ${runId}.`);
    return EXIT.failed;
  }
  const { run, groups } = page;
  out.answer({ run, groups }, () => [
    `${run.id}: ${whatOf(run)}, by ${run.by}; ${run.state}`,
    `Began ${moment(run.createdAt, now())}${run.finishedAt === null ? "" : `, took ${formatLength(run.finishedAt - run.createdAt)}`}.`,
    ...(run.reason === null ? [] : [sentence(run.reason)]),
    "",
    ["users", numberCell(run.total)],
    ["  in sync", numberCell(run.skipped)],
    ["  synced", numberCell(run.synced)],
    ["  for review", numberCell(run.review)],
    ["  failed", numberCell(run.failed)],
    ["  not checked", numberCell(run.notChecked)],
    ["subscriptions read", numberCell(run.observed)],
    ["requests to Stripe", numberCell(run.stripeRequests)],
    ...(groups.length === 0 ? [] : [""]),
    ...groups.map((group) => group.sentence),
  ]);
  return EXIT.done;
}
