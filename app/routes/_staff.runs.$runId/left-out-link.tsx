import { Link } from "@remix-run/react";

type LeftOutLinkProps = { to: string; isOut: boolean; name: string };

/** Leaves a group or a user of a preview out, or takes it in again. A link, so that it works without scripts. */
export function LeftOutLink({ to, isOut, name }: LeftOutLinkProps) {
  return (
    <Link
      to={to}
      replace
      preventScrollReset
      className="inline-flex min-h-6 shrink-0 items-center rounded px-1.5 text-table whitespace-nowrap text-accent hover:underline"
    >
      {isOut ? "Include" : "Leave out"}
      <span className="sr-only"> {name}</span>
    </Link>
  );
}
