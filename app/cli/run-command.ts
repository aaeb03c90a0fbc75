import { parseArgs } from "node:util";
import type { BareContext, Command, CommandContext } from "./command";
import { EXIT, type ExitCode } from "./command";
import { adopt } from "./commands/adopt/adopt";
import { alerts } from "./commands/alerts/alerts";
import { audit } from "./commands/audit";
import { bind } from "./commands/bind";
import { activity } from "./commands/decide/activity";
import { comp } from "./commands/decide/comp";
import { link, reject, unlink } from "./commands/decide/link";
import { payer } from "./commands/decide/payer";
import { undo } from "./commands/decide/undo";
import { acknowledge, hold, release, revoke } from "./commands/decide/user-decisions";
import { doctor } from "./commands/doctor";
import { explain } from "./commands/explain";
import { fixWorkspace } from "./commands/fix-workspace";
import { plans } from "./commands/plans";
import { runs } from "./commands/runs";
import { settings } from "./commands/settings";
import { staff } from "./commands/staff";
import { status } from "./commands/status";
import { sync } from "./commands/sync";
import { unclaimed } from "./commands/unclaimed";
import { uninstall } from "./commands/uninstall";
import { clean } from "./commands/upkeep/clean";
import { createOut, type Streams } from "./out";

export const COMMANDS: readonly Command[] = [
  status,
  adopt,
  audit,
  doctor,
  explain,
  sync,
  unclaimed,
  link,
  unlink,
  reject,
  payer,
  comp,
  hold,
  release,
  acknowledge,
  revoke,
  undo,
  activity,
  fixWorkspace,
  runs,
  staff,
  settings,
  alerts,
  plans,
  bind,
  clean,
  uninstall,
];

/** The opened installation; or the reason why it cannot be opened. */
export type Opening =
  | { ok: true; context: Omit<CommandContext, "out">; close: () => Promise<void> }
  | { ok: false; message: string };

export type CommandLine = Streams & {
  argv: readonly string[];
  open: () => Promise<Opening>;
  /** For commands that need no installation. */
  bare: Omit<BareContext, "out">;
};

/** Parses the arguments, opens the installation, runs the command, closes. Returns the exit code of the process. */
export async function runCommandLine({ argv, open, bare, ...streams }: CommandLine): Promise<ExitCode> {
  const at = argv.findIndex((argument) => !argument.startsWith("-"));
  const name = argv[at];
  const rest = argv.filter((_, index) => index !== at);
  const asksForHelp = name === "help";
  const wanted = asksForHelp ? rest.find((argument) => !argument.startsWith("-")) : name;
  const command = COMMANDS.find((one) => one.name === wanted);
  const wantsHelp = asksForHelp || rest.includes("--help") || rest.includes("-h");
  if (wantsHelp && (command || wanted === undefined)) {
    streams.stdout(command ? formatHelp(command) : HELP);
    return EXIT.done;
  }
  const json = rest.includes("--json");
  const out = createOut(streams, json);
  if (!command) {
    out.fail("usage", wanted === undefined ? HELP : `There is no command ${wanted}.\n\n${HELP}`);
    return EXIT.usage;
  }
  const prepared = prepare(command, rest);
  if (!prepared.ok) {
    out.fail("usage", `${prepared.message}\n\n${formatHelp(command)}`);
    return EXIT.usage;
  }
  if (prepared.needs === "nothing") return prepared.run({ ...bare, out }).finally(() => out.progress(null));
  const opened = await open();
  if (prepared.needs === "whatever_there_is") {
    const context = { out, opening: opened, readSurroundings: bare.readSurroundings };
    return prepared.run(context).finally(() => (opened.ok ? opened.close() : undefined));
  }
  if (!opened.ok) {
    out.fail("cannot_open", opened.message);
    return EXIT.failed;
  }
  try {
    return await prepared.run({ ...opened.context, out });
  } finally {
    out.progress(null);
    await opened.close();
  }
}

function prepare(command: Command, args: string[]) {
  try {
    const options = { ...command.options, json: { type: "boolean" as const } };
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    return command.prepare({ values: { ...values }, positionals });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Only the first sentence of Node's message; the rest explains the API.
    return { ok: false as const, message: error.message.replace(/\. .*$/s, ".") };
  }
}

const PROGRAM = "npm run parity -- ";
const EXIT_CODES = "Exit code: 0 done, 1 failed, 2 usage, 3 unacknowledged mismatches remain.";

function formatHelp({ usage, summary, help }: Command): string {
  return [
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    "",
    ...usage.map((form) => `  ${PROGRAM}${form}`),
    "",
    ...help,
    "--json: print one JSON object.",
    EXIT_CODES,
    "",
  ].join("\n");
}

const HELP = [
  "Parity keeps an application’s database in sync with Stripe.",
  "",
  ...COMMANDS.flatMap(({ usage, summary }) => [
    ...usage.map((form) => `  ${PROGRAM}${form}`),
    `      ${summary}`,
  ]),
  "",
  "All commands accept --json and --help. help <command> says the same as --help.",
  EXIT_CODES,
  "",
].join("\n");
