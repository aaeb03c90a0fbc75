import { type DestinationStream, type Level, type Logger, type LoggerOptions, pino } from "pino";
import pretty from "pino-pretty";
import { maskValue } from "./mask.server";

export type Log = Logger;

export type LogOptions = {
  level: Level | "silent";
  /** Lines for a person at a terminal instead of JSON. */
  forPeople?: boolean;
  /** Where lines go; standard output unless told otherwise. */
  destination?: DestinationStream;
};

/**
 * The log of the process. What is handed to a log call is masked: the message, its arguments, members at any depth,
 * errors with their stacks. So a careless `log.info({ user })` harms nobody. (Bindings of children are not: they
 * are ids that we made.)
 */
export function createLog({ level, forPeople = false, destination }: LogOptions): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    formatters: { level: (label) => ({ level: label }) },
    // Errors arrive masked, as plain objects.
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
  const stream = forPeople
    ? pretty({ colorize: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" })
    : destination;
  return stream ? pino(options, stream) : pino(options);
}

/** A child whose lines carry the request's id. */
export function requestLog(log: Log, requestId: string): Log {
  return log.child({ requestId });
}
