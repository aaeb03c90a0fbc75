type ProgressBarProps = { label: string; done: number /** 0 when it is not known yet. */; total: number };

/** How far something has come; a moving bar while the end is not known. */
export function ProgressBar({ label, done, total }: ProgressBarProps) {
  const known = total > 0;
  const share = known ? Math.min(1, done / total) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={known ? total : undefined}
      aria-valuenow={known ? done : undefined}
      className="h-2 overflow-hidden rounded-full bg-hover"
    >
      {known ? (
        <div
          className="h-full origin-left rounded-full bg-accent-fill motion-safe:transition-transform"
          style={{ transform: `scaleX(${share})` }}
        />
      ) : (
        <div className="loading-bar h-full w-2/5 rounded-full bg-accent-fill" />
      )}
    </div>
  );
}
