import { ArrowRight } from "lucide-react";
import type { ComparisonLine } from "~/dashboard/comparison.server";
import { classNames } from "~/ui/class-names";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";

/** Compares all fields: recorded and expected value, Stripe's raw value, and the reason. Equal fields are shown in grey. */
export function Comparison({ lines }: { lines: ComparisonLine[] }) {
  const differing = lines.filter(({ differs }) => differs).length;
  const aside =
    differing === 0
      ? "all fields match"
      : `${differing} of ${lines.length} fields ${differing === 1 ? "differs" : "differ"}`;
  return (
    <Section title="Stripe and database" aside={aside}>
      <table className="block w-full text-table lg:table">
        <thead className="sr-only lg:not-sr-only lg:table-header-group">
          <tr className="border-b border-line text-left text-small text-quiet">
            <th scope="col" className="w-[22%] py-2 pr-4 font-medium">
              Field
            </th>
            <th scope="col" className="w-[30%] py-2 pr-4 font-medium">
              In the database → should be
            </th>
            <th scope="col" className="w-[20%] py-2 pr-4 font-medium">
              In Stripe
            </th>
            <th scope="col" className="py-2 font-medium">
              Reason
            </th>
          </tr>
        </thead>
        <tbody className="block lg:table-row-group">
          {lines.map((line) => (
            <ComparisonRow key={`${line.field} ${line.label}`} line={line} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function ComparisonRow({ line }: { line: ComparisonLine }) {
  const { label, help, recorded, expected, stripe, why, differs, severity } = line;
  const tone = severity ?? "low";
  return (
    <tr
      className={classNames(
        "grid gap-x-4 gap-y-1 border-b border-line py-2 lg:table-row lg:py-0",
        differs ? "text-ink" : "text-quiet",
      )}
    >
      <th scope="row" title={help} className="text-left font-medium lg:py-2 lg:pr-4 lg:align-top">
        <span className="flex items-center gap-1.5">
          <span className={differs ? toneText[tone] : "invisible"}>
            <Shape tone={tone} />
          </span>
          {label}
          {differs && <span className="sr-only"> differs ({severity})</span>}
        </span>
      </th>
      <td className="pl-4 tabular-nums lg:py-2 lg:pr-4 lg:pl-0 lg:align-top">
        {differs ? (
          <span className="flex flex-wrap items-center gap-1.5">
            <del className="text-quiet decoration-faint">{recorded}</del>
            <ArrowRight className="size-3.5 shrink-0 text-faint" aria-label="should be" />
            <ins className="font-medium no-underline">{expected}</ins>
          </span>
        ) : (
          recorded
        )}
      </td>
      <td className="pl-4 font-mono text-small break-all text-quiet lg:py-2 lg:pr-4 lg:pl-0 lg:align-top">
        {stripe ?? <span className="font-sans text-faint">—</span>}
      </td>
      <td className="pl-4 text-small text-quiet lg:py-2 lg:pl-0 lg:align-top">{why}</td>
    </tr>
  );
}
