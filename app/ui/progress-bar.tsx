type ProgressBarProps = { label: string; done: number /** 0 if not known yet. */; total: number };

/** A progress bar. It shows an endless animation while the total is not known. */
export function ProgressBar({ label, done, total }: ProgressBarProps) {
  const isKnown = total > 0;
  const share = isKnown ? Math.min(1, done / total) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={isKnown ? total : undefined}
      aria-valuenow={isKnown ? done : undefined}
      className="h-2 overflow-hidden rounded-full bg-hover"
    >
      {isKnown ? (
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
