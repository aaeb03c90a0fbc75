import { z } from "zod";
import { pluralize } from "~/billing/words/counts";
import { COMMAND_LINE, type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import { toNumberCell } from "~/cli/words";
import { TABLES } from "~/engine/retention/catalogue";
import type { RemovedRows } from "~/engine/retention/cleaner.server";

export const clean = defineCommand({
  name: "clean",
  usage: ["clean [--dry-run]"],
  summary: "remove what is older than it is kept",
  help: [
    "What is kept how long is in docs/retention.md, and in the settings keepRunsDays, keepEventsDays and keepAuditDays. A worker and",
    "the scheduler do the same once a day. It may be stopped at any moment; the next one goes on. What is removed cannot be",
    "brought back. --dry-run: say what would be removed, and remove nothing.",
  ],
  options: { "dry-run": { type: "boolean" } },
  input: z.object({
    positionals: z.array(z.string()).max(0, "clean takes no arguments, only options."),
    "dry-run": z.boolean().default(false),
  }),
  run: (context, { "dry-run": isDry }) => (isDry ? preview(context) : cleanUp(context)),
});

async function preview({ parity, out }: CommandContext): Promise<ExitCode> {
  const { removed, auditWaits } = await parity.cleaner.preview();
  out.answer({ dryRun: true, removed: toObject(removed), auditWaits }, () => [
    `${describeSum(removed)} would be removed.`,
    ...listTables(removed),
    ...describeAudit(auditWaits),
  ]);
  return EXIT.done;
}

async function cleanUp({ parity, out, signal }: CommandContext): Promise<ExitCode> {
  const { removed, auditWaits, done } = await parity.cleaner.clean({
    ...{ actor: COMMAND_LINE, signal },
    progress: (rows) => out.progress(`Removed ${pluralize(rows, "row")} …`),
  });
  out.answer({ dryRun: false, removed: toObject(removed), auditWaits, done }, () => [
    `${describeSum(removed)} removed.${done ? "" : " It was stopped; start it again to go on."}`,
    ...listTables(removed),
    ...describeAudit(auditWaits),
  ]);
  return done ? EXIT.done : EXIT.failed;
}

const toObject = (removed: RemovedRows) =>
  Object.fromEntries(removed.map(({ table, rows }) => [table, rows]));

const describeSum = (removed: RemovedRows) =>
  pluralize(
    removed.reduce((sum, { rows }) => sum + rows, 0),
    "row",
  );

const listTables = (removed: RemovedRows): Line[] =>
  removed
    .filter(({ rows }) => rows > 0)
    .map(({ table, rows }): Line => [table, toNumberCell(rows), TABLES[table].rows]);

const describeAudit = (waits: boolean): Line[] =>
  waits ? ["The audit is not cleaned yet: a day must pass since keepAuditDays was set."] : [];
