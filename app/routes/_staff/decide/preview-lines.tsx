import type { DecisionPreview, DecisionRefused } from "~/dashboard/decisions/decisions.server";

type PreviewLinesProps = {
  preview: DecisionPreview | DecisionRefused | null;
  isLoading: boolean;
  isIncomplete?: boolean;
  /** It could not be asked: the reason stands below. */
  hasFailed?: boolean;
};

/** What a decision would do, in sentences. Keeps its place while it is asked, so that nothing moves. */
export function PreviewLines({
  preview,
  isLoading,
  isIncomplete = false,
  hasFailed = false,
}: PreviewLinesProps) {
  return (
    <div aria-live="polite" aria-busy={isLoading} className="min-h-18 rounded bg-sunken px-3 py-2 text-table">
      {isIncomplete ? (
        <p className="text-quiet">What this does is shown here once the fields above are filled in.</p>
      ) : preview === null ? (
        <p className="text-quiet">
          {hasFailed && !isLoading ? "What this does is not known." : "What this does is being worked out…"}
        </p>
      ) : preview.ok ? (
        <>
          <p className="text-small text-quiet">Afterwards</p>
          <p>{preview.sentence}</p>
          <ul className="mt-1 text-quiet">
            {preview.lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      ) : (
        <p>{preview.message}</p>
      )}
    </div>
  );
}
