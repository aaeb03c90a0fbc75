import type { MappingDocument } from "~/mapping/mapping.server";
import type { PlanTable } from "./find-plan-table";

/** What a person must decide, beside the proposed value. */
export type Question = { path: readonly string[]; text: string };

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
