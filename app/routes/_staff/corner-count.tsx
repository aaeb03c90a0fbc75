/** How many wait, at the corner of an icon. A number that is longer would cover it. */
export const CornerCount = ({ count, className }: { count: number; className: string }) => (
  <span className={`${className} min-w-4 rounded-full bg-review px-1 text-center text-small text-surface`}>
    {count > 99 ? "99+" : count}
    <span className="sr-only"> waiting</span>
  </span>
);
