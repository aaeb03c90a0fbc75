/** A number that is longer would cover the icon. */
const MOST_SHOWN = 99;

/** How many wait, at the corner of an icon. */
export function CornerCount({ count, className }: { count: number; className: string }) {
  return (
    <span
      className={`flex h-4 min-w-4 items-center justify-center rounded-full bg-review px-1 text-small text-surface tabular-nums ring-2 ${className}`}
    >
      {count > MOST_SHOWN ? `${MOST_SHOWN}+` : count}
      <span className="sr-only"> waiting</span>
    </span>
  );
}
