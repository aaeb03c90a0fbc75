import type { ParseArgsConfig } from "node:util";
import type { z } from "zod";
import type { AdoptionTools } from "~/adopt/open-adoption.server";
import type { Workplace } from "~/audit/run-audit.server";
import type { Roster } from "~/auth/roster.server";
import type { Actor } from "~/engine/account/actor";
import type { Parity } from "~/facade/parity.server";
import type { Surroundings } from "~/platform/surroundings/surroundings.server";
import type { Out } from "./out";

/** Exit codes of the process. `mismatches`: the command worked, and unacknowledged mismatches remain. */
export const EXIT = { done: 0, failed: 1, usage: 2, mismatches: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type Ask = (question: string) => Promise<string | null>;

/** What a command needs, so that tests can replace it. */
export type CommandContext = {
  parity: Parity;
  roster: Roster;
  /** The address of the dashboard, for links. */
  appUrl: string;
  out: Out;
  /** The account of the operating system that runs this program; null when it has no name. */
  account: string | null;
  /** Epoch seconds. */
  now: () => number;
  newPassword: () => string;
  /** All text from standard input. */
  readInput: () => Promise<string>;
  /** One line that a person types; null without a terminal. */
  ask: Ask;
  /** Resolves after `ms` milliseconds, or at once when `signal` is aborted. */
  pause: (ms: number) => Promise<void>;
  /** Aborted by Ctrl-C, SIGTERM or a closed terminal. */
  signal: AbortSignal;
};

export const COMMAND_LINE: Actor = { kind: "command_line", id: null };

type Options = NonNullable<ParseArgsConfig["options"]>;
export type Arguments = { positionals: string[]; values: Record<string, unknown> };

/** A database for one audit, thrown away afterwards; or the reason why there is none. */
export type OpenedWorkplace =
  | { ok: true; workplace: Workplace; close: () => Promise<void> }
  | { ok: false; message: string };

/** What a command needs that works on a database where Parity is not installed yet. */
export type BareContext = {
  out: Out;
  ask: Ask;
  signal: AbortSignal;
  /** `databaseUrl` null: that of the environment. Null when there is none either. */
  openAdoption: (options: {
    databaseUrl: string | null;
    progress: (text: string) => void;
  }) => AdoptionTools | null;
  openWorkplace: (options: { sandbox: boolean }) => Promise<OpenedWorkplace>;
  /** What is around this process, as far as the environment says. */
  readSurroundings: () => Surroundings;
};

/** What a command needs that looks for faults: it works also where the installation cannot be opened. */
export type FaultContext = {
  out: Out;
  opening: { ok: true; context: Omit<CommandContext, "out"> } | { ok: false; message: string };
  readSurroundings: () => Surroundings;
};

/** A command with valid arguments; or a message about what is wrong with them. */
export type Prepared =
  | { ok: true; needs: "installation"; run: (context: CommandContext) => Promise<ExitCode> }
  | { ok: true; needs: "nothing"; run: (context: BareContext) => Promise<ExitCode> }
  | { ok: true; needs: "whatever_there_is"; run: (context: FaultContext) => Promise<ExitCode> }
  | { ok: false; message: string };

export type Command = {
  name: string;
  /** One line for each form, for example "sync <user>". */
  usage: readonly string[];
  summary: string;
  /** Lines below the usage: what the command does and what its options mean. */
  help: readonly string[];
  options: Options;
  prepare: (args: Arguments) => Prepared;
};

type Spec<Schema extends z.ZodType, Context> = Omit<Command, "prepare"> & {
  /** Parses the positional arguments (as `positionals`) and the options. */
  input: Schema;
  run: (context: Context, input: z.infer<Schema>) => Promise<ExitCode>;
};

/** Arguments are parsed before the database is opened, so that a typing error costs no time. */
export function defineCommand<Schema extends z.ZodType>({
  input,
  run,
  ...command
}: Spec<Schema, CommandContext>): Command {
  return {
    ...command,
    prepare: (args) =>
      parseArguments(input, args, (parsed) => ({
        ok: true,
        needs: "installation",
        run: (context) => run(context, parsed),
      })),
  };
}

/** A command that looks for faults, and works with whatever can be opened. */
export function defineFaultCommand<Schema extends z.ZodType>({
  input,
  run,
  ...command
}: Spec<Schema, FaultContext>): Command {
  return {
    ...command,
    prepare: (args) =>
      parseArguments(input, args, (parsed) => ({
        ok: true,
        needs: "whatever_there_is",
        run: (context) => run(context, parsed),
      })),
  };
}

/** A command that works where Parity is not installed. */
export function defineBareCommand<Schema extends z.ZodType>({
  input,
  run,
  ...command
}: Spec<Schema, BareContext>): Command {
  return {
    ...command,
    prepare: (args) =>
      parseArguments(input, args, (parsed) => ({
        ok: true,
        needs: "nothing",
        run: (context) => run(context, parsed),
      })),
  };
}

function parseArguments<Schema extends z.ZodType>(
  input: Schema,
  { positionals, values }: Arguments,
  then: (parsed: z.infer<Schema>) => Prepared,
): Prepared {
  const parsed = input.safeParse({ positionals, ...values });
  if (parsed.success) return then(parsed.data);
  return { ok: false, message: describeProblem(parsed.error.issues[0]) };
}

/** What is wrong, and with which option: a message that the schema has no words for does not say it. */
function describeProblem(problem: z.core.$ZodIssue | undefined): string {
  const { message = "The arguments are not valid.", path = [] } = problem ?? {};
  const [name] = path;
  const isOwnWords = !/^(Too |Invalid )/.test(message);
  return isOwnWords || typeof name !== "string" || name === "positionals"
    ? message
    : `--${name} is not valid. ${message}`;
}
