import { ExternalLink } from "lucide-react";
import type { FrameView } from "~/dashboard/frame.server";
import { useFrameData } from "../frame-data";

/** The URL of a customer in Stripe's dashboard. Null in the sandbox, which has no dashboard. */
export function buildStripeUrl(customerId: string, mode: FrameView["mode"]): string | null {
  if (mode === "sandbox") return null;
  const test = mode === "test" ? "test/" : "";
  return `https://dashboard.stripe.com/${test}customers/${encodeURIComponent(customerId)}`;
}

export function StripeLink({ customerId, children }: { customerId: string; children: string }) {
  const url = buildStripeUrl(customerId, useFrameData()?.frame.mode ?? "sandbox");
  if (!url) return null;
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      className="inline-flex min-h-6 items-center gap-1 rounded text-table text-accent hover:underline"
    >
      {children}
      <ExternalLink className="size-3" aria-hidden="true" />
      <span className="sr-only"> (opens in a new tab)</span>
    </a>
  );
}
