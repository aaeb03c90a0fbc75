import type { ParseArgsConfig } from "node:util";
import type { z } from "zod";
import type { Roster } from "~/auth/roster.server";
import type { Actor, Parity } from "~/facade/parity.server";
import type { Out } from "./out";

/** What the process ends with. `mismatches`: it worked, and unacknowledged mismatches remain. */
export const EXIT = { done: 0, failed: 1, usage: 2, mismatches: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What commands are handed: nothing is reached for. */
export type CommandContext = {
  parity: Parity;
  roster: Roster;
  out: Out;
  /** Epoch seconds. */
  now: () => number;
  newPassword: () => string;
  /** Everything that comes in on standard input. */
  readInput: () => Promise<string>;
  /** Resolves after some milliseconds, or at once when the signal says so. */
  pause: (ms: number) => Promise<void>;
  /** Somebody pressed Ctrl-C. */
  signal: AbortSignal;
};

export const COMMAND_LINE: Actor = { kind: "command_line", id: null };

type Options = NonNullable<ParseArgsConfig["options"]>;
export type Arguments = { positionals: string[]; values: Record<string, unknown> };

/** A command whose arguments were understood; or in which way they were not. */
export type Prepared =
  | { ok: true; run: (context: CommandContext) => Promise<ExitCode> }
  | { ok: false; message: string };

export type Command = {
  name: string;
  /** "sync <user>", one line a form. */
  usage: readonly string[];
  summary: string;
  /** Lines under the usage: what it does, what its options mean. */
  help: readonly string[];
  options: Options;
  prepare: (args: Arguments) => Prepared;
};

type Spec<Schema extends z.ZodType> = Omit<Command, "prepare"> & {
  /** Of the positionals (as `positionals`) and the options. */
  input: Schema;
  run: (context: CommandContext, input: z.infer<Schema>) => Promise<ExitCode>;
};

/** Arguments are parsed before anything is opened, so that a slip costs no time. */
export function defineCommand<Schema extends z.ZodType>({ input, run, ...command }: Spec<Schema>): Command {
  return {
    ...command,
    prepare({ positionals, values }) {
      const parsed = input.safeParse({ positionals, ...values });
      if (parsed.success) return { ok: true, run: (context) => run(context, parsed.data) };
      return { ok: false, message: parsed.error.issues[0]?.message ?? "The arguments were not understood." };
    },
  };
}
