import type { ReactNode } from "react";

/** Shown instead of an empty list: what it means and what to do next. */
export function EmptyState({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center px-4 py-14 text-center">
      <p className="text-text font-medium">{title}</p>
      {children && <p className="mt-1 max-w-prose text-table text-quiet">{children}</p>}
      {action && <div className="mt-4 flex gap-2">{action}</div>}
    </div>
  );
}
