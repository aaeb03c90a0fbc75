import { type Cell, type Line, layOut, toShown } from "./layout";

/** The output of a command. One answer for each command: an object with `--json`, otherwise lines of text. */
export type Out = {
  answer(value: object, lines: () => Line[]): void;
  /** An error message, on standard error; with `--json` an object on standard output. */
  fail(code: string, message: string): void;
  /** A remark that is not part of the answer, on standard error. */
  note(message: string): void;
  /**
   * Progress. On a terminal one line that the next one replaces; null removes it. Anywhere else a line of its own every ten
   * seconds, so that the log of a job says what it waits for.
   */
  progress(text: string | null): void;
};

export type Streams = {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  /** Colours on standard output. */
  colours: boolean;
  /** Standard error is a terminal. */
  watched: boolean;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

const SAY_EVERY_MS = 10_000;
const ERASE_LINE = "\r\u001b[2K";

export function createOut(streams: Streams, json: boolean): Out {
  const { stdout, stderr, colours, watched, now = () => performance.now() } = streams;
  let showing = false;
  let saidAt = now();
  const clear = () => {
    if (showing) stderr(ERASE_LINE);
    showing = false;
  };
  return {
    answer(value, lines) {
      clear();
      stdout(json ? `${JSON.stringify(value, null, 2)}\n` : layOut(lines(), colours));
    },
    fail(code, message) {
      clear();
      if (json) stdout(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`);
      else stderr(`${toShown(message)}\n`);
    },
    note(message) {
      clear();
      stderr(`${toShown(message)}\n`);
    },
    progress(text) {
      if (text === null) return clear();
      if (!watched) {
        if (now() - saidAt < SAY_EVERY_MS) return;
        saidAt = now();
        stderr(`${toShown(text)}\n`);
        return;
      }
      stderr(`${ERASE_LINE}${toShown(text)}`);
      showing = true;
    },
  };
}

export type { Cell, Line };
