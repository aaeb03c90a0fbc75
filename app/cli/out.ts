import { type Cell, type Line, layOut, toShown } from "./layout";

/** The output of a command. One answer for each command: an object with `--json`, otherwise lines of text. */
export type Out = {
  answer(value: object, lines: () => Line[]): void;
  /** An error message, on standard error; with `--json` an object on standard output. */
  fail(code: string, message: string): void;
  /** A remark that is not part of the answer, on standard error. */
  note(message: string): void;
  /**
   * What is done now. On a terminal one line that the next one replaces; null removes it. Anywhere else a line of its own every
   * ten seconds, so that the log of a job says what it waits for. Where nothing new is said for a while, it says for how long.
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
const TICK_MS = 1_000;
/** What takes less than this is not called waiting. */
const WAITS_AFTER_MS = 3_000;
const ERASE_LINE = "\r\u001b[2K";

export function createOut(streams: Streams, json: boolean): Out {
  const { stdout, stderr, colours, watched, now = () => performance.now() } = streams;
  let showing = false;
  let saidAt = now();
  let current: { text: string; since: number } | null = null;
  let ticking: NodeJS.Timeout | undefined;
  const clear = () => {
    if (showing) stderr(ERASE_LINE);
    showing = false;
  };
  const end = () => {
    clearInterval(ticking);
    ticking = undefined;
    current = null;
    clear();
  };
  const say = (text: string) => {
    if (watched) {
      stderr(`${ERASE_LINE}${toShown(text)}`);
      showing = true;
    } else if (now() - saidAt >= SAY_EVERY_MS) {
      saidAt = now();
      stderr(`${toShown(text)}\n`);
    }
  };
  const tick = () => {
    const waited = current === null ? 0 : now() - current.since;
    if (current !== null && waited >= WAITS_AFTER_MS)
      say(`${current.text} (nothing new for ${Math.floor(waited / 1000)} s)`);
  };
  return {
    answer(value, lines) {
      end();
      stdout(json ? `${JSON.stringify(value, null, 2)}\n` : layOut(lines(), colours));
    },
    fail(code, message) {
      end();
      if (json) stdout(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`);
      else stderr(`${toShown(message)}\n`);
    },
    note(message) {
      clear();
      stderr(`${toShown(message)}\n`);
    },
    progress(text) {
      if (text === null) return end();
      if (current?.text !== text) current = { text, since: now() };
      ticking ??= setInterval(tick, TICK_MS).unref();
      say(text);
    },
  };
}

export type { Cell, Line };
