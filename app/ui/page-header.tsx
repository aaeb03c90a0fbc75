import type { ReactNode } from "react";

/** The title of a page, its actions, and a line below the title. */
export function PageHeader({
  title,
  children,
  description,
}: {
  title: ReactNode;
  children?: ReactNode;
  description?: ReactNode;
}) {
  return (
    <header className="mb-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1 className="text-title font-semibold tracking-tight">{title}</h1>
        {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
      </div>
      {description && <div className="mt-1 text-text text-quiet">{description}</div>}
    </header>
  );
}
