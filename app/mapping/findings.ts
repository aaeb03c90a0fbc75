/** What is wrong with a mapping, where it stands in the file, and what to do about it. */
export type Problem = { line: number | null; path: string; message: string; isWarning?: boolean };
/** The same before its line is known. */
export type Finding = {
  path: readonly PropertyKey[];
  message: string;
  /** The mapping works, but not as it should. */
  isWarning?: boolean;
};
