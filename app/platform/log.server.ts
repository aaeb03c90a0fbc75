import { type DestinationStream, type Level, type Logger, type LoggerOptions, pino } from "pino";
import { maskValue } from "./mask.server";
import { findTraceId } from "./tracing/spans.server";

export type Log = Logger;

export type LogOptions = {
  level: Level | "silent";
  /** Where lines go; standard output by default. */
  destination?: DestinationStream;
  /** Says of an error that a warning or an error is about: it was reported, and the line is only for debugging. */
  isReported?: (error: unknown) => boolean;
};

/** pino's number of `warn`. */
const WARN = 40;

/**
 * The log of the process. Everything that is passed to a log call is masked: the message, its arguments, members at any
 * depth, errors with their stacks. So a careless `log.info({ user })` leaks nothing. (Bindings of children are not masked:
 * they are ids that we made.)
 */
export function createLog({ level, destination, isReported = () => false }: LogOptions): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    mixin: () => {
      const traceId = findTraceId();
      return traceId === null ? {} : { traceId };
    },
    formatters: { level: (label) => ({ level: label }) },
    // `logMethod` has made a masked plain object of the error already.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(args, method, severity) {
        const quiet = severity >= WARN && isReported(readError(args[0]));
        const masked = args.map((argument, index) =>
          index === 0 && argument instanceof Error ? { err: maskValue(argument) } : maskValue(argument),
        );
        return Reflect.apply(quiet ? this.debug : method, this, masked);
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

function readError(argument: unknown): unknown {
  if (argument instanceof Error) return argument;
  return typeof argument === "object" && argument !== null && "err" in argument ? argument.err : null;
}

/** A child whose lines carry the request's id. */
export function requestLog(log: Log, requestId: string): Log {
  return log.child({ requestId });
}
