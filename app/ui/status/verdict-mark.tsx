import type { Verdict } from "~/billing/verdicts";
import { classNames } from "~/ui/class-names";
import { Shape } from "./shape";
import { toneOf, toneSoft, toneText } from "./tone";
import { VERDICT_WORDS } from "./words";

/** A verdict as shape, colour and word. `badge` sets it on a soft ground, for the head of a page. */
export function VerdictMark({ verdict, badge = false }: { verdict: Verdict; badge?: boolean }) {
  const tone = toneOf(verdict);
  return (
    <span
      className={classNames(
        "inline-flex items-center gap-1.5 font-medium",
        badge ? classNames("rounded-full px-2.5 py-1 text-table", toneSoft[tone]) : toneText[tone],
      )}
    >
      <Shape tone={tone} />
      {VERDICT_WORDS[verdict]}
    </span>
  );
}
