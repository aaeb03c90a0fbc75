import type { ReactNode } from "react";

/** The layout of a customer's page: one column, without the dashboard's navigation. */
export function CustomerFrame({ children, footer }: { children: ReactNode; footer?: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-screen w-full max-w-xl flex-col px-5 pt-12 pb-8 sm:pt-24">
      <main className="grow">{children}</main>
      {footer && (
        <footer className="mt-16 flex items-start justify-between gap-6 border-t border-line pt-4 text-table text-quiet">
          {footer}
        </footer>
      )}
    </div>
  );
}

/** The page's title and the sentence below it. */
export function CustomerHeader({
  workspaceName,
  title,
  children,
}: {
  workspaceName?: string;
  title: string;
  children?: ReactNode;
}) {
  return (
    <header>
      {workspaceName && <p className="text-lead break-words text-quiet">{workspaceName}</p>}
      <h1 className="mt-1 text-figure font-semibold tracking-tight text-balance break-words">{title}</h1>
      {children && <p className="mt-3 text-lead text-pretty text-quiet">{children}</p>}
    </header>
  );
}
