import type { Flag } from "~/billing/verdicts";
import { FLAG_WORDS } from "./words";

export function FlagChip({ flag }: { flag: Flag }) {
  return (
    <span className="inline-flex items-center rounded-full border border-edge px-1.5 text-small text-quiet">
      {FLAG_WORDS[flag]}
    </span>
  );
}
