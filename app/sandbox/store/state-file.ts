import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { storeSchema } from "./record-schemas";
import type { StoreState } from "./store-state";

const VERSION = 1;
const DELAY_MS = 200;

export interface SavedState {
  seed: number;
  accountId: string;
  /** Seconds that the clock was moved. */
  clockOffset: number;
  requests: number;
  store: StoreState;
}

const savedSchema = z.object({
  version: z.literal(VERSION),
  seed: z.int(),
  accountId: z.string(),
  clockOffset: z.int(),
  requests: z.int(),
  store: storeSchema,
});

/** Keeps a sandbox's state in a file. The file is written soon after a change and is always complete. */
export class StateFile {
  readonly #path: string;
  readonly #current: () => SavedState;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, current: () => SavedState) {
    this.#path = path;
    this.#current = current;
  }

  /** Writes the file a moment later. */
  touch(): void {
    this.#timer ??= setTimeout(() => this.flush(), DELAY_MS).unref();
  }

  /** Writes the file now, if something changed since the last write. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    mkdirSync(dirname(this.#path), { recursive: true });
    const next = `${this.#path}.next`;
    writeFileSync(next, JSON.stringify({ version: VERSION, ...this.#current() }), { mode: 0o600 });
    renameSync(next, this.#path);
  }
}

/** The state in the file; undefined when there is no file. Throws when it is not a state file. */
export function readState(path: string): SavedState | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  return savedSchema.parse(JSON.parse(text));
}
