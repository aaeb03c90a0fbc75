import type { Flag } from "~/billing/verdicts/flags";
import type { FlagNote } from "~/dashboard/user-page/flag-notes";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { type Tone, toneText } from "~/ui/status/tone";

const TONES: Partial<Record<Flag, Tone>> = {
  several: "high",
  refunded: "high",
  disputed: "high",
  not_revoked: "high",
  lookup_failed: "high",
  stale: "medium",
  possible_match: "review",
  on_hold: "review",
  unknown_word: "review",
};

/** What stands beside the verdict, each as a sentence with who decided it, when and why. */
export function Notes({ notes }: { notes: FlagNote[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className="mt-3 space-y-1.5 text-table">
      {notes.map(({ flag, label, sentence, decided }) => {
        const tone = TONES[flag] ?? "low";
        return (
          <li key={`${flag} ${sentence}`} className="flex items-start gap-2">
            <span className={`mt-1 ${toneText[tone]}`}>
              <Shape tone={tone} />
            </span>
            <span className="max-w-prose min-w-0">
              <span className="font-medium">{label}.</span> {sentence}
              {decided && (
                <span className="block break-words text-quiet">
                  “{decided.reason}” – {decided.by}, <Time at={decided.at} />
                </span>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
