import type { ReactNode } from "react";

/** Title and actions of a page. */
export function PageHead({
  title,
  children,
  below,
}: {
  title: ReactNode;
  children?: ReactNode;
  below?: ReactNode;
}) {
  return (
    <header className="mb-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1 className="text-title font-semibold tracking-tight">{title}</h1>
        {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
      </div>
      {below && <div className="mt-1 text-text text-quiet">{below}</div>}
    </header>
  );
}
