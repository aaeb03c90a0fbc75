import type { MappingDocument } from "~/mapping/mapping.server";
import type { PlanTable } from "./find-plan-table";

/** A value of the file that an answer changes; undefined removes it. */
export type Edit = { path: readonly string[]; value: unknown };

/**
 * What a person must decide, beside the proposed value. With `yes` it is answered by yes or no: yes makes these changes, and none
 * keeps what is proposed; no makes those of `no`, and without them the question stays. Without `yes` the answer is the value.
 */
export type Question = {
  path: readonly string[];
  text: string;
  yes?: readonly Edit[];
  no?: readonly Edit[];
};

/** A mapping that is proposed, with what speaks for each part of it. */
export type Proposal = {
  document: MappingDocument;
  /** By the path in the file, joined with dots. */
  comments: ReadonlyMap<string, string>;
  questions: readonly Question[];
  /** The application's table of plans, where the column of the plan names its rows. */
  planTable: PlanTable | null;
  /** Facts about the whole, for the top of the file. */
  remarks: readonly string[];
  /** Fields that have no place, and so are neither compared nor written. */
  unmapped: readonly string[];
};
