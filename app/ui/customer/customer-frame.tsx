import type { ReactNode } from "react";

/** Around a customer's page: one quiet column. Nothing of the dashboard is in it. */
export function CustomerFrame({ children, foot }: { children: ReactNode; foot?: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-screen w-full max-w-xl flex-col px-5 pt-12 pb-8 sm:pt-24">
      <main className="grow">{children}</main>
      {foot && (
        <footer className="mt-16 flex items-start justify-between gap-6 border-t border-line pt-4 text-table text-quiet">
          {foot}
        </footer>
      )}
    </div>
  );
}

/** What this page says first, and the sentence under it. */
export function CustomerHead({
  over,
  title,
  children,
}: {
  /** The workspace's name. */
  over?: string;
  title: string;
  children?: ReactNode;
}) {
  return (
    <header>
      {over && <p className="text-lead break-words text-quiet">{over}</p>}
      <h1 className="mt-1 text-figure font-semibold tracking-tight text-balance break-words">{title}</h1>
      {children && <p className="mt-3 text-lead text-pretty text-quiet">{children}</p>}
    </header>
  );
}
