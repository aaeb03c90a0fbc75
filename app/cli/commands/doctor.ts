import { z } from "zod";
import { pluralize } from "~/billing/words/counts";
import { defineFaultCommand, EXIT, type ExitCode, type FaultContext } from "~/cli/command";
import type { Line } from "~/cli/layout";

import { type DoctorReport, examine } from "~/dashboard/doctor/doctor.server";
import { DOCTOR_GROUPS, type Finding, GROUPS } from "~/dashboard/doctor/groups";
import { createLog } from "~/platform/log.server";

export const doctor = defineFaultCommand({
  name: "doctor",
  usage: ["doctor"],
  summary: "look at everything that can be wrong, and say what to do about each",
  help: [
    "Server, database, mapping, Stripe key and its permissions, webhooks, prices, scheduler and workers. Asks Stripe one cheap",
    "question for each permission; writes no record. Works also where nothing else starts. Exit code 0: nothing is to be",
    "mended; 3: something needs a person.",
  ],
  options: {},
  input: z.object({ positionals: z.array(z.string()).max(0, "doctor takes no arguments.") }),
  run: (context) => look(context),
});

async function look({ opening, readSurroundings, out }: FaultContext): Promise<ExitCode> {
  out.progress("Looking…");
  const report = opening.ok
    ? await opening.context.parity.examine()
    : await examine({
        ...{ surroundings: readSurroundings(), installed: null, opening: opening.message },
        log: createLog({ level: "silent" }),
      });
  out.answer(report, () => formatReport(report));
  return report.findings > 0 ? EXIT.mismatches : EXIT.done;
}

/** One width, so that all groups are aligned. */
const TITLE_WIDTH = 24;

const MARKS = {
  ok: { text: "ok", tone: "right" },
  warning: { text: "warning", tone: "high" },
  problem: { text: "problem", tone: "critical" },
  unknown: { text: "not known", tone: "low" },
} as const;
const MARK_WIDTH = 9;

function formatReport({ checks, findings, unknown }: DoctorReport): Line[] {
  const groups = GROUPS.flatMap((group): Line[] => {
    const parts = checks.filter((check) => check.group === group);
    return parts.length === 0 ? [] : ["", DOCTOR_GROUPS[group], ...parts.flatMap(formatPart)];
  });
  const open = unknown === 0 ? "" : ` ${pluralize(unknown, "thing is", "things are")} not known.`;
  const end =
    findings === 0 ? `Nothing to mend.${open}` : `${pluralize(findings, "finding")} to mend.${open}`;
  return [...groups.slice(1), "", end];
}

const formatPart = ({ title, found }: { title: string; found: readonly Finding[] }): Line[] =>
  found.flatMap(({ level, text, remedy }, index): Line[] => [
    [(index === 0 ? `  ${title}` : "").padEnd(TITLE_WIDTH), MARKS[level], text],
    ...(remedy === null
      ? []
      : [
          [
            "".padEnd(TITLE_WIDTH),
            "".padEnd(MARK_WIDTH),
            { text: `→ ${remedy}`, tone: "low" },
          ] satisfies Line,
        ]),
  ]);
