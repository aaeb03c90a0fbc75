import { Link } from "@remix-run/react";
import { formatCount, pluralize } from "~/billing/words/counts";
import {
  addDays,
  countFound,
  TREND_STEPS,
  type Trend as TrendData,
  type TrendPart,
  type TrendStep,
} from "~/dashboard/health/trend";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { classNames } from "~/ui/class-names";
import { useNow } from "~/ui/format/now";
import { formatDay } from "~/ui/format/relative-time";
import { Section } from "~/ui/section";
import { TrendChart } from "./trend-chart";

const STEP_WORDS: Record<TrendStep, { label: string; title: string; column: string }> = {
  week: { label: "12 weeks", title: "each week", column: "Week from" },
  day: { label: "28 days", title: "each day", column: "Day" },
};

/** Undefined while it is counted; null when that took too long. */
type TrendProps = { trend: TrendData | null | undefined; step: TrendStep };

/** How many mismatches were found and repaired, over weeks: a chart, and the same in a table. */
export function Trend({ trend, step }: TrendProps) {
  return (
    <Section title="Mismatches found and repaired" aside={<Steps current={step} />}>
      {trend == null ? (
        <p className="min-h-56 py-3 text-table text-quiet" aria-live="polite">
          {trend === null ? "Counting took too long. Load the page again later." : "Counting…"}
        </p>
      ) : (
        <Parts trend={trend} />
      )}
    </Section>
  );
}

function Steps({ current }: { current: TrendStep }) {
  return (
    <nav aria-label="Length of the trend" className="flex gap-1">
      {TREND_STEPS.map((step) => (
        <Link
          key={step}
          to={step === "week" ? "/health" : `/health?by=${step}`}
          preventScrollReset
          replace
          aria-current={step === current ? "true" : undefined}
          className={classNames(
            "min-h-6 rounded px-2 whitespace-nowrap",
            step === current ? "bg-selected font-medium text-ink" : "text-accent hover:underline",
          )}
        >
          {STEP_WORDS[step].label}
        </Link>
      ))}
    </nav>
  );
}

function Parts({ trend: { step, parts } }: { trend: TrendData }) {
  const formatFrom = useDay();
  const known = parts.filter(({ isBefore }) => !isBefore);
  const sum = (name: "repaired" | "open" | "runs") => known.reduce((total, part) => total + part[name], 0);
  const [repaired, open] = [sum("repaired"), sum("open")];
  if (repaired + open === 0 && sum("runs") === 0)
    return (
      <p className="py-3 text-table text-quiet">
        Nothing to show yet: no run over the whole account has finished in this time.
      </p>
    );
  const words = STEP_WORDS[step];
  const [first, last] = [parts[0], parts.at(-1)];
  const summary = `${formatCount(repaired + open)} found: ${formatCount(repaired)} repaired, ${formatCount(open)} still open`;
  return (
    <>
      <p className="flex flex-wrap gap-x-5 gap-y-1 py-3 text-table text-quiet">
        <span className="text-ink">{summary}</span>
        <Key className="bg-correct">Repaired</Key>
        <Key className="border-[1.5px] border-high bg-high-soft">Still open</Key>
      </p>
      <TrendChart
        parts={parts}
        title={`Mismatches ${words.title}: ${summary}. The table below has the numbers.`}
        describe={(part) => describePart(part, step, formatFrom)}
      />
      <p aria-hidden="true" className="flex justify-between pt-1 pl-8 text-small text-quiet">
        {first && <span>{formatFrom(first.from)}</span>}
        {last && <span>{step === "week" ? `week from ${formatFrom(last.from)}` : "today (UTC)"}</span>}
      </p>
      <PartsTable parts={known} column={words.column} formatFrom={formatFrom} />
      <p className="mt-2 max-w-prose text-table text-quiet">
        A mismatch counts when it was repaired or, while it is open, when it was found or changed last. One
        that staff set aside, or that ended by itself, is not in it. Days are those of UTC.
      </p>
    </>
  );
}

function Key({ className, children }: { className: string; children: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden="true" className={classNames("size-2.5 rounded-[2px]", className)} />
      {children}
    </span>
  );
}

type PartsTableProps = { parts: TrendPart[]; column: string; formatFrom: (day: string) => string };

/** The newest first, each number with the list behind it. */
function PartsTable({ parts, column, formatFrom }: PartsTableProps) {
  return (
    <details className="mt-2 text-table">
      <summary className="w-fit cursor-pointer rounded py-1 text-accent">Numbers and lists</summary>
      <div className="overflow-x-auto">
        <table className="w-full tabular-nums">
          <thead>
            <tr className="border-b border-line text-left text-quiet">
              <th scope="col" className="py-2 font-normal">
                {column}
              </th>
              {["Found", "Repaired", "Still open", "Runs finished"].map((title) => (
                <th key={title} scope="col" className="py-2 pl-4 text-right font-normal">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.toReversed().map((part) => (
              <tr key={part.from} className="border-b border-line">
                <th scope="row" className="py-2 text-left font-normal">
                  {formatFrom(part.from)}
                </th>
                <td className="py-2 pl-4 text-right">{formatCount(countFound(part))}</td>
                <td className="py-2 pl-4 text-right">
                  <Counted
                    count={part.repaired}
                    to={`/activity?${new URLSearchParams({ kind: "repair", from: part.from, to: addDays(part.to, -1) })}`}
                  />
                </td>
                <td className="py-2 pl-4 text-right">
                  <Counted
                    count={part.open}
                    to={usersPath(EMPTY_QUERY, { found: { from: part.from, to: part.to } })}
                  />
                </td>
                <td className="py-2 pl-4 text-right">{part.runs === 0 ? "none" : formatCount(part.runs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Counted({ count, to }: { count: number; to: string }) {
  if (count === 0) return "0";
  return (
    <Link to={to} className="inline-block min-w-6 rounded py-0.5 text-accent hover:underline">
      {formatCount(count)}
    </Link>
  );
}

/** "Week from 23 Nov: 12 repaired, 3 still open". */
function describePart(part: TrendPart, step: TrendStep, formatFrom: (day: string) => string): string {
  const when = step === "week" ? `Week from ${formatFrom(part.from)}` : formatFrom(part.from);
  if (part.isBefore) return `${when}: Parity was not here yet`;
  const runs = part.runs === 0 ? "; no run over the whole account finished" : "";
  return `${when}: ${pluralize(part.repaired, "mismatch", "mismatches")} repaired, ${part.open} still open${runs}`;
}

/** A day of the trend in words: "23 Nov". */
function useDay(): (day: string) => string {
  const { seconds } = useNow();
  return (day) => formatDay(Date.parse(`${day}T00:00:00Z`) / 1000, seconds);
}
