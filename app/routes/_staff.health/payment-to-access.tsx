import { Link } from "@remix-run/react";
import type { PaymentToAccess as Layer } from "~/dashboard/overview.server";
import { formatLength } from "~/ui/format/relative-time";
import { Section } from "~/ui/section";
import { capitalize } from "~/ui/status/words";

/** `since`: the first of the 30 days, as the activity filters by it. */
type PaymentToAccessProps = { layers: Layer[]; since: string };

/** How long users waited from payment to access, by what granted it. */
export function PaymentToAccess({ layers, since }: PaymentToAccessProps) {
  return (
    <Section title="Time from payment to access" aside="last 30 days">
      {layers.length === 0 ? (
        <p className="py-3 text-table text-quiet">
          Parity gave no access after a payment in this time. Payments from before it knew the customer do not
          count.
        </p>
      ) : (
        <div className="overflow-x-auto">
          <table className="w-full text-table tabular-nums">
            <thead>
              <tr className="border-b border-line text-left text-quiet">
                <th scope="col" className="py-2 font-normal">
                  Granted by
                </th>
                {["Users", "50% within", "95% within", "99% within"].map((title) => (
                  <th key={title} scope="col" className="py-2 pl-4 text-right font-normal">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {layers.map(({ layer, caller, grants, p50, p95, p99 }) => (
                <tr key={caller} className="border-b border-line">
                  <th scope="row" className="py-2 text-left font-normal">
                    {capitalize(layer)}
                  </th>
                  <td className="py-2 pl-4 text-right">
                    <Link
                      to={`/activity?${new URLSearchParams({ kind: "granted", actor: `${caller}:`, from: since })}`}
                      aria-label={`${grants} granted by ${layer}: view in Activity`}
                      className="inline-block min-w-6 rounded py-0.5 text-accent hover:underline"
                    >
                      {grants}
                    </Link>
                  </td>
                  {[p50, p95, p99].map((seconds, index) => (
                    <td key={["p50", "p95", "p99"][index]} className="py-2 pl-4 text-right whitespace-nowrap">
                      {formatWait(seconds)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function formatWait(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : formatLength(seconds);
}
