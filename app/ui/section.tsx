import { type ReactNode, useId } from "react";

type SectionProps = { title: string; aside?: ReactNode; children: ReactNode };

/** A section of a page with a title and an optional text at the right. */
export function Section({ title, aside, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mt-8">
      <div className="flex items-baseline justify-between gap-4 border-b border-line pb-2">
        <h2 id={id} className="text-text font-semibold">
          {title}
        </h2>
        {aside && <div className="text-table text-quiet">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
