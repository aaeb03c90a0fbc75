import { z } from "zod";
import { formatDay } from "~/billing/dates";
import { COMMAND_LINE, type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import {
  ALERT_KINDS,
  ALERTS,
  type AlertKind,
  formatAlertMoney,
  isAlertKind,
} from "~/dashboard/alerts/catalogue";

const HOURS = { default: 24, most: 720 };

const input = z
  .object({
    positionals: z.array(z.string()),
    hours: z.coerce
      .number()
      .int()
      .min(1)
      .max(HOURS.most, `--hours: at most ${HOURS.most}`)
      .default(HOURS.default),
    reason: z.string().trim().max(1_000).optional(),
  })
  .transform(({ positionals: [what, kind, ...rest], hours, reason }, context) => {
    const refuse = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    if (rest.length > 0 || ((what === undefined || what === "test") && kind !== undefined))
      return refuse(`Unexpected argument: ${rest[0] ?? kind}.`);
    if (what === undefined || what === "list") return { what: "list" as const };
    if (what === "test") return { what: "test" as const };
    if (what !== "mute" && what !== "unmute")
      return refuse("Use alerts, alerts test, alerts mute or alerts unmute.");
    if (kind === undefined || !isAlertKind(kind)) return refuse(`Give a kind: ${ALERT_KINDS.join(", ")}.`);
    if (what === "unmute") return { what: "unmute" as const, kind };
    return reason
      ? { what: "mute" as const, kind, hours, reason }
      : refuse("Give the reason: --reason <text>.");
  });

export const alerts = defineCommand({
  name: "alerts",
  usage: [
    "alerts",
    "alerts test",
    "alerts mute <kind> --reason <text> [--hours <n>]",
    "alerts unmute <kind>",
  ],
  summary: "what people must be told, and where it is sent",
  help: [
    "Without an argument: looks, and lists the alerts that are open. Exit code 3 when there are any.",
    "test: posts a test message to ALERT_WEBHOOK_URL.",
    `mute: no messages of this kind for --hours (${HOURS.default}); it stays in the list. Kinds:`,
    ...ALERT_KINDS.map((kind) => `  ${kind.padEnd(18)}${ALERTS[kind].label}`),
  ],
  options: { hours: { type: "string" }, reason: { type: "string" } },
  input,
  run(context, request) {
    switch (request.what) {
      case "list":
        return listOpen(context);
      case "test":
        return sendTest(context);
      case "mute":
        return mute(context, request);
      case "unmute":
        return unmute(context, request.kind);
    }
  },
});

async function listOpen({ parity, out }: CommandContext): Promise<ExitCode> {
  await parity.alerts.check();
  const { open, mutes, hasTarget } = await parity.alerts.view();
  out.answer({ open, mutes, hasTarget }, () => [
    ...(open.length === 0 ? ["No alerts are open."] : []),
    ...open.flatMap(({ kind, since, facts, failure }): Line[] => [
      [kind, `${ALERTS[kind].describe(facts)}${formatAlertMoney(facts)}`, `since ${formatDay(since)}`],
      ...(failure === null ? [] : [`  Not sent: ${failure}`]),
    ]),
    ...mutes.map(
      ({ kind, until, reason, by }) => `Muted: ${kind} until ${formatDay(until)}, by ${by}: ${reason}`,
    ),
    ...(hasTarget ? [] : ["ALERT_WEBHOOK_URL is not set: nothing is sent."]),
  ]);
  return open.length === 0 ? EXIT.done : EXIT.mismatches;
}

async function sendTest({ parity, out }: CommandContext): Promise<ExitCode> {
  const posted = await parity.alerts.test(COMMAND_LINE);
  if (!posted.ok) {
    out.fail("not_sent", posted.failure);
    return EXIT.failed;
  }
  out.answer({ sent: true }, () => ["A test message was sent."]);
  return EXIT.done;
}

async function mute(
  { parity, out }: CommandContext,
  { kind, hours, reason }: { kind: AlertKind; hours: number; reason: string },
): Promise<ExitCode> {
  await parity.alerts.mute(kind, { hours, reason }, COMMAND_LINE);
  out.answer({ kind, mutedForHours: hours }, () => [`Muted: ${kind} for ${hours} hours.`]);
  return EXIT.done;
}

async function unmute({ parity, out }: CommandContext, kind: AlertKind): Promise<ExitCode> {
  if (!(await parity.alerts.unmute(kind, COMMAND_LINE))) {
    out.fail("not_muted", `${kind} is not muted.`);
    return EXIT.failed;
  }
  out.answer({ kind, muted: false }, () => [`No longer muted: ${kind}.`]);
  return EXIT.done;
}
