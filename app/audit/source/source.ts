import type { CopiedFiles } from "../merge-copy.server";
import type { Described, StagedTable } from "../staging.server";

/** Rows of one table of the copy, each an object of JSON as text. */
export type Batch = { table: StagedTable; rows: string[] };

/** What is audited, before Stripe is asked. */
export type Source = {
  /** What it is, for the report: never with a password. */
  name: string;
  /** The names of its files; null for a database. */
  files: CopiedFiles;
  describe: Described;
  /** What nothing says, and so is learned from Stripe: which prices buy which plan, or also what the application's words mean. */
  learns: "words" | "plans" | "nothing";
  /** All rows, a batch at a time. */
  read(): AsyncIterable<Batch>;
  /** What was left out or not understood, in sentences; complete when everything was read. */
  notes(): string[];
  close(): Promise<void>;
};

/** A reason why something cannot be audited, in words for the person who asked. */
export class AuditError extends Error {
  override name = "AuditError";
}
