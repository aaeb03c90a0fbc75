/** What the users of a group of a run have in common. */
export type RunGroupKey = { verdict: string; outcome: string; revokes: boolean; reason: string | null };

const REVOKES = "revokes";

/** The key of a group as one text, for addresses and forms. */
export const buildGroupKey = ({ verdict, outcome, revokes, reason }: RunGroupKey): string =>
  [verdict, outcome, revokes ? REVOKES : "", reason ?? ""].join(".");

/** Reads what `buildGroupKey` wrote. An unknown key gives a group without users. */
export function parseGroupKey(key: string): RunGroupKey {
  const [verdict = "", outcome = "", revokes = "", ...reason] = key.split(".");
  return { verdict, outcome, revokes: revokes === REVOKES, reason: reason.join(".") || null };
}
