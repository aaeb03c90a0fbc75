import { Link } from "@remix-run/react";
import { formatCount } from "~/billing/words/counts";
import type { StripeReads as Reads } from "~/dashboard/overview.server";
import { classNames } from "~/ui/class-names";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";

/** The number of read requests to Stripe, compared with the account's allocation. */
export function StripeReads({ reads }: { reads: Reads }) {
  const { allocation, endpoints } = reads;
  const used = endpoints.reduce((sum, { last30Days }) => sum + last30Days, 0);
  const today = endpoints.reduce((sum, endpoint) => sum + endpoint.today, 0);
  const usage = `${formatCount(used)} of ${formatCount(allocation)}`;
  return (
    <Section title="Stripe reads" aside={<span className="text-quiet">last 30 days</span>}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 pt-3 pb-2 text-table tabular-nums">
        <span>
          <span className="font-medium">{usage}</span>
          {used > allocation && (
            <span className="ml-2 inline-flex items-center gap-1 text-high">
              <Shape tone="high" />
              over the allocation
            </span>
          )}
        </span>
        <span className="text-quiet">{formatCount(today)} today (UTC)</span>
      </div>
      <div aria-hidden className="h-1.5 overflow-hidden rounded-full bg-hover">
        <div
          className={classNames("h-full origin-left", used > allocation ? "bg-high" : "bg-faint")}
          style={{ transform: `scaleX(${Math.min(1, used / allocation)})` }}
        />
      </div>
      <p className="mt-2 max-w-prose text-table text-quiet">
        {reads.ownAllocation
          ? "An admin set this allocation in "
          : "Default: Stripe is reported to include at least 10,000 reads (500 per transaction). An admin can set your account’s allocation in "}
        <Link to="/settings" className="rounded text-accent underline underline-offset-2">
          Settings
        </Link>
        .
      </p>
      {endpoints.length > 0 && <EndpointTable endpoints={endpoints} />}
    </Section>
  );
}

function EndpointTable({ endpoints }: Pick<Reads, "endpoints">) {
  return (
    <details className="mt-2 text-table">
      <summary className="w-fit cursor-pointer rounded py-1 text-accent">By endpoint</summary>
      <div className="overflow-x-auto">
        <table className="w-full tabular-nums">
          <thead>
            <tr className="border-b border-line text-left text-quiet">
              <th scope="col" className="py-2 font-normal">
                Endpoint
              </th>
              {["Today", "30 days"].map((title) => (
                <th key={title} scope="col" className="py-2 pl-4 text-right font-normal whitespace-nowrap">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {endpoints.map(({ endpoint, today, last30Days }) => (
              <tr key={endpoint} className="border-b border-line">
                <th scope="row" className="py-2 text-left font-mono text-small font-normal">
                  {endpoint}
                </th>
                <td className="py-2 pl-4 text-right">{formatCount(today)}</td>
                <td className="py-2 pl-4 text-right">{formatCount(last30Days)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
