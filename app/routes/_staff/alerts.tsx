import { Link, useLocation } from "@remix-run/react";
import { formatMoney } from "~/billing/money";
import { pluralize } from "~/billing/words/counts";
import type { Stake } from "~/dashboard/account-facts.server";
import type { FrameCounts, FrameView } from "~/dashboard/frame.server";
import { inboxPath } from "~/dashboard/inbox/queues";
import { describeRefusal } from "~/engine/account/refusal-words";
import { Banner } from "~/ui/banner";
import { Time } from "~/ui/format/time";

/** Alerts that every page shows. Renders nothing if there is none. */
export function Alerts({ frame, counts }: { frame: FrameView; counts: FrameCounts | null }) {
  const { warning, stale, refusals, paused } = frame;
  // The inbox says itself who is locked out.
  const isInbox = useLocation().pathname === "/";
  const users = isInbox ? 0 : (counts?.lockedOutUsers ?? 0);
  if (!warning && !stale && !paused && refusals.length === 0 && users === 0) return null;
  return (
    <section aria-label="Alerts" className="mx-auto w-full max-w-page space-y-2 px-4 pt-4 sm:px-6">
      {warning && <Banner tone="high">{warning}</Banner>}
      {stale && <Banner tone="high">{stale}</Banner>}
      {paused && (
        <Banner tone="high">
          Repairs are paused since <Time at={paused.at} as="moment" />, by {paused.by}
          {paused.reason && `: ${paused.reason}`}. Meanwhile no access is granted and nothing is corrected.
        </Banner>
      )}
      {refusals.map((refusal) => (
        <Banner key={refusal.subject} tone={refusal.isNecessary ? "critical" : "medium"}>
          {describeRefusal(refusal)}
        </Banner>
      ))}
      {counts && users > 0 && (
        <Banner tone="critical">
          {pluralize(users, "user has", "users have")} paid and {users === 1 ? "is" : "are"} locked out for
          longer than {pluralize(counts.lockedOutMinutes, "minute")}
          {formatStakes(counts.lockedOut)} ·{" "}
          <Link to={inboxPath("locked_out")} className="font-medium text-accent underline underline-offset-2">
            Open the Inbox
          </Link>
        </Banner>
      )}
    </section>
  );
}

/** One amount for each currency, because currencies are never added up. */
function formatStakes(lockedOut: Stake[]): string {
  if (lockedOut.length === 0) return "";
  const amounts = lockedOut.map(({ perMonth, currency }) => formatMoney(perMonth, currency));
  return ` · ${new Intl.ListFormat("en-GB").format(amounts)} a month`;
}
