import type { Level } from "~/dashboard/doctor/groups";
import { classNames } from "~/ui/class-names";
import { Shape } from "./shape";
import { type Tone, toneText } from "./tone";

const MARKS: Record<Level, { tone: Tone; word: string }> = {
  ok: { tone: "right", word: "OK" },
  warning: { tone: "high", word: "Warning" },
  problem: { tone: "critical", word: "Problem" },
  unknown: { tone: "low", word: "Not known" },
};

/** Whether something works, as a shape and a word. On narrow screens the word is for screen readers only. */
export function LevelMark({ level }: { level: Level }) {
  const { tone, word } = MARKS[level];
  return (
    <span className={classNames("flex h-5 w-5 shrink-0 items-center gap-1.5 sm:w-[5.5rem]", toneText[tone])}>
      <Shape tone={tone} />
      <span className="max-sm:sr-only">{word}</span>
    </span>
  );
}
