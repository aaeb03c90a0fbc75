import { type DestinationStream, type Level, type Logger, type LoggerOptions, pino } from "pino";
import { maskValue } from "./mask.server";

export type Log = Logger;

export type LogOptions = {
  level: Level | "silent";
  /** Where lines go; standard output by default. */
  destination?: DestinationStream;
};

/**
 * The log of the process. Everything that is passed to a log call is masked: the message, its arguments, members at any
 * depth, errors with their stacks. So a careless `log.info({ user })` leaks nothing. (Bindings of children are not masked:
 * they are ids that we made.)
 */
export function createLog({ level, destination }: LogOptions): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    formatters: { level: (label) => ({ level: label }) },
    // `logMethod` has made a masked plain object of the error already.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(args, method) {
        const masked = args.map((argument, index) =>
          index === 0 && argument instanceof Error ? { err: maskValue(argument) } : maskValue(argument),
        );
        return Reflect.apply(method, this, masked);
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** A child whose lines carry the request's id. */
export function requestLog(log: Log, requestId: string): Log {
  return log.child({ requestId });
}
