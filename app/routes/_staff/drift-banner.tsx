import { Link } from "@remix-run/react";
import { formatMoney } from "~/billing/money";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import type { FrameCounts, Stake } from "~/dashboard/views";
import { Banner } from "~/ui/banner";
import { plural } from "~/ui/status/words";

/** What staff must know on every page; nothing at all when all is well. */
export function DriftBanner({ warning, counts }: { warning: string | null; counts: FrameCounts | null }) {
  const users = counts?.lockedOutUsers ?? 0;
  if (!warning && users === 0) return null;
  return (
    <section aria-label="To know now" className="mx-auto w-full max-w-page space-y-2 px-4 pt-4 sm:px-6">
      {warning && <Banner tone="high">{warning}</Banner>}
      {counts && users > 0 && (
        <Banner tone="critical">
          {plural(users, "customer has", "customers have")} paid and {users === 1 ? "is" : "are"} locked out
          {stakes(counts.lockedOut)} ·{" "}
          <Link
            to={usersPath(EMPTY_QUERY, { verdicts: ["locked_out"] })}
            className="font-medium text-accent underline underline-offset-2"
          >
            show them
          </Link>
        </Banner>
      )}
    </section>
  );
}

/** Each currency for itself: they are never summed. */
function stakes(lockedOut: Stake[]): string {
  return lockedOut.map(({ perMonth, currency }) => ` · ${formatMoney(perMonth, currency)} a month`).join("");
}
