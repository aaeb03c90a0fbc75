import { ExternalLink } from "lucide-react";
import type { FrameView } from "~/dashboard/views";
import { useFrameData } from "../frame-data";

/** Stripe's own page of a customer; null in the sandbox, which has no pages. */
export function stripeAddress(customerId: string, mode: FrameView["mode"]): string | null {
  if (mode === "sandbox") return null;
  const test = mode === "test" ? "test/" : "";
  return `https://dashboard.stripe.com/${test}customers/${encodeURIComponent(customerId)}`;
}

export function StripeLink({ customerId, children }: { customerId: string; children: string }) {
  const address = stripeAddress(customerId, useFrameData()?.frame.mode ?? "sandbox");
  if (!address) return null;
  return (
    <a
      href={address}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-center gap-1 rounded text-table text-accent hover:underline"
    >
      {children}
      <ExternalLink className="size-3" aria-hidden="true" />
      <span className="sr-only"> (opens in a new tab)</span>
    </a>
  );
}
