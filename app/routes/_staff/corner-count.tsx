import { classNames } from "~/ui/class-names";

/** A number that is longer would cover the icon. */
const MOST_SHOWN = 99;

/** How many wait, at the corner of an icon. */
export function CornerCount({ count, className }: { count: number; className: string }) {
  const isCut = count > MOST_SHOWN;
  return (
    <span
      className={classNames(
        "flex h-4 min-w-4 items-center justify-center rounded-full bg-review px-1 text-small text-surface tabular-nums ring-2",
        className,
      )}
    >
      <span aria-hidden={isCut}>{isCut ? `${MOST_SHOWN}+` : count}</span>
      <span className="sr-only">{isCut && count} waiting</span>
    </span>
  );
}
