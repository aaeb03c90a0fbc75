import { VERDICT_CATALOGUE, type Verdict } from "~/billing/verdicts/catalogue";
import { classNames } from "~/ui/class-names";
import { Shape } from "./shape";
import { chooseTone, toneSoft, toneText } from "./tone";

/** A verdict as shape, colour and word. `badge` adds a background, for the header of a page. */
export function VerdictMark({ verdict, badge = false }: { verdict: Verdict; badge?: boolean }) {
  const tone = chooseTone(verdict);
  return (
    <span
      className={classNames(
        "inline-flex items-center gap-1.5 font-medium",
        badge ? classNames("rounded-full px-2.5 py-1 text-table", toneSoft[tone]) : toneText[tone],
      )}
    >
      <Shape tone={tone} />
      {VERDICT_CATALOGUE[verdict].label}
    </span>
  );
}
