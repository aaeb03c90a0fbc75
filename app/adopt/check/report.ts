/** One thing that was checked. */
export type Check = {
  level: "ok" | "note" | "problem";
  /** The table and the column, or the part of the mapping, that it is about. */
  about: string;
  text: string;
};

export type CheckReport = {
  checks: Check[];
  /** How many of them forbid installing. */
  problems: number;
};

export const toReport = (checks: readonly Check[]): CheckReport => ({
  checks: [...checks],
  problems: checks.filter(({ level }) => level === "problem").length,
});
