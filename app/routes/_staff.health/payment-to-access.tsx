import type { PaymentToAccess as Layer } from "~/dashboard/overview.server";
import { formatLength } from "~/ui/format/relative-time";
import { Section } from "~/ui/section";

/** How long users waited from payment to access, by the path that granted it. Renders nothing without grants. */
export function PaymentToAccess({ layers }: { layers: Layer[] }) {
  if (layers.length === 0) return null;
  return (
    <Section title="Time from payment to access" aside={<span className="text-quiet">last 30 days</span>}>
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
            {layers.map(({ layer, grants, p50, p95, p99 }) => (
              <tr key={layer} className="border-b border-line">
                <th scope="row" className="py-2 text-left font-normal">
                  {layer}
                </th>
                <td className="py-2 pl-4 text-right">{grants}</td>
                {[p50, p95, p99].map((seconds, index) => (
                  <td key={["p50", "p95", "p99"][index]} className="py-2 pl-4 text-right">
                    {formatWait(seconds)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function formatWait(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : formatLength(seconds);
}
