import { formatPrice } from "~/billing/money";
import type { StripeView } from "~/dashboard/views";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { type Tone, toneText } from "~/ui/status/tone";

/** The shape beside a status: paying, about to end, or over. The word is Stripe's own. */
function toneOfStatus(status: string): Tone | null {
  if (status === "active" || status === "trialing") return "right";
  if (status === "past_due") return "high";
  if (status === "canceled" || status === "incomplete_expired") return null;
  return "medium";
}

/** Stripe's word in two lines: the status, and what is paid for. `known`: Stripe has been read for this user. */
export function StripeSays({ stripe, known }: { stripe: StripeView | null; known: boolean }) {
  if (!stripe) return <Nothing>{known ? "no subscription" : "not read yet"}</Nothing>;
  const tone = toneOfStatus(stripe.status);
  return (
    <>
      <span className="flex items-center gap-1.5 truncate">
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
              <Time at={stripe.endedAt} as="day" />
            </>
          )}
          {stripe.endedAt === null && stripe.cancelsAt !== null && (
            <span className="text-quiet">
              {" "}
              until <Time at={stripe.cancelsAt} as="day" />
            </span>
          )}
        </span>
      </span>
      <span className="block truncate text-small text-quiet tabular-nums">{paidFor(stripe)}</span>
    </>
  );
}

/** `Army · $200/year`; an unknown price says so. */
export function paidFor({ planName, price }: StripeView): string {
  const plan = planName ?? "unknown price";
  if (!price) return plan;
  const amount = price.unitAmount === null ? null : price.unitAmount * price.quantity;
  return `${plan} · ${formatPrice({ ...price, unitAmount: amount })}`;
}

export function Nothing({ children }: { children: string }) {
  return (
    <span className="text-faint">
      <span aria-hidden="true">— </span>
      {children}
    </span>
  );
}
