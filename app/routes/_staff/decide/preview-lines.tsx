import type { DecisionPreview, DecisionRefused } from "~/dashboard/decisions/decisions.server";

type PreviewLinesProps = { preview: DecisionPreview | DecisionRefused | null; isLoading: boolean };

/** What a decision would do, in sentences. Keeps its place while it is asked, so that nothing moves. */
export function PreviewLines({ preview, isLoading }: PreviewLinesProps) {
  return (
    <div aria-live="polite" aria-busy={isLoading} className="min-h-12 rounded bg-sunken px-3 py-2 text-table">
      {preview === null ? (
        <p className="text-quiet">What this does is being worked out…</p>
      ) : preview.ok ? (
        <>
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
