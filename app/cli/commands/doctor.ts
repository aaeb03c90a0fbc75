import { z } from "zod";
import { pluralize } from "~/billing/words/counts";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import type { DoctorReport } from "~/dashboard/doctor/doctor.server";

export const doctor = defineCommand({
  name: "doctor",
  usage: ["doctor"],
  summary: "check the key, its permissions, the webhooks, the clock and the scheduler",
  help: [
    "Asks Stripe one cheap question for each permission; writes no record. Exit code 3: something is to be mended.",
  ],
  options: {},
  input: z.object({ positionals: z.array(z.string()).max(0, "doctor takes no arguments.") }),
  run: (context) => examineInstallation(context),
});

async function examineInstallation({ parity, out }: CommandContext): Promise<ExitCode> {
  const report = await parity.examine();
  out.answer(report, () => formatReport(report));
  return report.findings > 0 ? EXIT.mismatches : EXIT.done;
}

const MARKS = {
  ok: { text: "ok", tone: "right" },
  info: { text: "note", tone: "low" },
  finding: { text: "mend", tone: "critical" },
} as const;

function formatReport({ checks, findings }: DoctorReport): Line[] {
  const rows = checks.flatMap(({ title, found }) =>
    found.map(({ level, text }, index): Line => [index === 0 ? title : "", MARKS[level], text]),
  );
  const end = findings === 0 ? "Nothing to mend." : `${pluralize(findings, "finding")} to mend.`;
  return [...rows, "", end];
}
