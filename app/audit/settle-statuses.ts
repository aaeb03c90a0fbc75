import type { LearnedStatuses } from "~/adopt/words/learn-statuses";
import type { RecordedOwner } from "~/adopt/words/read-recorded.server";

const WITH_ACCESS = ["active", "trialing", "past_due"];
const WITHOUT_ACCESS = ["unpaid", "paused", "incomplete", "incomplete_expired", "canceled"];
const STRIPES: ReadonlySet<string> = new Set([...WITH_ACCESS, ...WITHOUT_ACCESS]);

/**
 * What was learned, made safe: what is wrong in the records must not teach that it is right. A word of Stripe's own means what
 * Stripe means by it, and no word stands both for a status with access and for one without.
 */
export function settleStatuses(
  owners: readonly Pick<RecordedOwner, "status">[],
  learned: LearnedStatuses,
): Pick<LearnedStatuses, "words" | "cancelScheduled" | "unknown"> {
  const counts = new Map<string, number>();
  for (const { status } of owners)
    if (status !== null && status.trim() !== "") counts.set(status, (counts.get(status) ?? 0) + 1);
  const words = new Map<string, string[]>();
  for (const word of counts.keys()) if (STRIPES.has(word)) words.set(word, [word]);
  let ownWords = 0;
  for (const [word, statuses] of learned.words ?? []) {
    if (STRIPES.has(word)) continue;
    const free = statuses.filter((one) => !words.has(one));
    const withAccess = free.filter((one) => WITH_ACCESS.includes(one));
    const meant = withAccess.length > 0 ? withAccess : free;
    if (meant.length === 0) continue;
    words.set(word, meant);
    ownWords += 1;
  }
  const cancelScheduled =
    learned.cancelScheduled !== null && !STRIPES.has(learned.cancelScheduled)
      ? learned.cancelScheduled
      : null;
  const isKnown = (word: string) => words.has(word) || word === cancelScheduled;
  return {
    words: ownWords > 0 ? addTwins(words) : null,
    cancelScheduled,
    unknown: [...counts].filter(([word]) => !isKnown(word)),
  };
}

/** Who has a word for a subscription that runs uses it for a trial, too, unless another one does. */
function addTwins(words: ReadonlyMap<string, string[]>): Map<string, string[]> {
  const said = new Set([...words.values()].flat());
  return new Map(
    [...words].map(([word, all]) => [
      word,
      all.includes("active") && !said.has("trialing") && !STRIPES.has(word) ? [...all, "trialing"] : all,
    ]),
  );
}
