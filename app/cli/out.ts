import { type Cell, type Line, layOut } from "./layout";

/** The output of a command. One answer for each command: an object with `--json`, otherwise lines of text. */
export type Out = {
  answer(value: object, lines: () => Line[]): void;
  /** An error message, on standard error; with `--json` an object on standard output. */
  fail(code: string, message: string): void;
  /** A remark that is not part of the answer, on standard error. */
  note(message: string): void;
  /** Progress, in one line that the next one replaces; null removes it. Only on a terminal. */
  progress(text: string | null): void;
};

export type Streams = {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  /** Colours on standard output. */
  colours: boolean;
  /** Standard error is a terminal. */
  watched: boolean;
};

const ERASE_LINE = "\r\u001b[2K";

export function createOut({ stdout, stderr, colours, watched }: Streams, json: boolean): Out {
  let showing = false;
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
      else stderr(`${message}\n`);
    },
    note(message) {
      clear();
      stderr(`${message}\n`);
    },
    progress(text) {
      if (!watched) return;
      if (text === null) return clear();
      stderr(`${ERASE_LINE}${text}`);
      showing = true;
    },
  };
}

export type { Cell, Line };
