import type { Purchase } from "~/billing/choice";
import { formatTotalPrice } from "~/billing/money";
import type { StripeView } from "~/dashboard/user-view.server";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { type Tone, toneText } from "~/ui/status/tone";

/** The tone of a subscription status. Null for a subscription that has ended. */
function chooseStatusTone(status: string): Tone | null {
  if (status === "active" || status === "trialing") return "right";
  if (status === "past_due") return "high";
  if (status === "canceled" || status === "incomplete_expired") return null;
  return "medium";
}

type StripeCellProps = {
  stripe: StripeView | null;
  /** Stripe has been read for this user. */
  isRead: boolean;
  /** In a row with a link, which takes the focus for its times. */
  isInRow?: boolean;
};

/** What Stripe says, in two lines: the status, then plan and price. */
export function StripeCell({ stripe, isRead, isInRow = false }: StripeCellProps) {
  if (!stripe) return <EmptyValue>{isRead ? "no subscription of a plan" : "not read yet"}</EmptyValue>;
  const tone = chooseStatusTone(stripe.status);
  return (
    <>
      <span className="flex items-baseline gap-1.5">
        {tone ? (
          <span className={toneText[tone]}>
            <Shape tone={tone} />
          </span>
        ) : (
          <span aria-hidden="true" className="w-2.5 text-center text-faint">
            ✕
          </span>
        )}
        <span>
          {stripe.status}
          {stripe.endedAt !== null && (
            <>
              {" "}
              <Time at={stripe.endedAt} as="day" rowLabel={isInRow ? "Ended" : undefined} />
            </>
          )}
          {stripe.endedAt === null && stripe.cancelsAt !== null && (
            <span className="text-quiet">
              {" "}
              until <Time at={stripe.cancelsAt} as="day" rowLabel={isInRow ? "Ends" : undefined} />
            </span>
          )}
        </span>
      </span>
      <span className="block truncate text-small text-quiet tabular-nums">{formatPaidPlan(stripe)}</span>
    </>
  );
}

const WITHOUT_PLAN: Record<Purchase, string> = {
  plan: "unmapped price",
  unmapped: "unmapped price",
  nothing: "quantity 0",
  ignored: "not ours",
};

/** `Army · $200/year`. Without a plan it says why: "unmapped price", "not ours", "quantity 0". */
export function formatPaidPlan({ planName, purchase, price }: StripeView): string {
  const plan = planName ?? WITHOUT_PLAN[purchase];
  return price ? `${plan} · ${formatTotalPrice(price)}` : plan;
}

export function EmptyValue({ children }: { children: string }) {
  return (
    <span className="text-faint">
      <span aria-hidden="true">— </span>
      {children}
    </span>
  );
}
