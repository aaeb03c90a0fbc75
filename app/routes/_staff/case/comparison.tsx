import { REVIEW_VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { formatCount, pluralize } from "~/billing/words/counts";
import type { ComparisonLine } from "~/dashboard/comparison.server";
import type { ShownUserPage } from "~/dashboard/user-page/shorten";
import { classNames } from "~/ui/class-names";
import { Value } from "~/ui/copy-id";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";
import { AllOfUser } from "./all-of-user";

type ComparisonProps = {
  lines: ComparisonLine[];
  verdict: Verdict;
  /** What is left out; null when nothing is. */
  unlisted?:
    | (ShownUserPage["unlisted"] & { userId: string; differing: number; allWorkspaces: number })
    | null;
};

/**
 * What differs, as it is in the database and as it should be. Where a person must decide, nothing is expected yet: then it is
 * compared with what Stripe says. What agrees is folded.
 */
export function Comparison({ lines, verdict, unlisted = null }: ComparisonProps) {
  const isUndecided = REVIEW_VERDICTS.has(verdict);
  const isUnchecked = verdict === "not_checked";
  const isShown = (line: ComparisonLine) => line.differs || (isUndecided && line.differsFromStripe);
  const shown = lines.filter(isShown);
  const rest = lines.filter((line) => !isShown(line));
  return (
    <Section
      title="What differs"
      aside={describeAside(unlisted?.differing ?? shown.length, lines.length + (unlisted?.fields ?? 0), {
        isUndecided,
        isUnchecked,
      })}
    >
      {shown.length > 0 ? (
        <ComparisonTable lines={shown} isUndecided={isUndecided} label="Fields that differ" />
      ) : (
        <p className="py-3 text-table text-quiet">
          {isUnchecked
            ? "Not known before Stripe has been read."
            : isUndecided
              ? "Waiting for a decision. The recorded values are as Stripe has them."
              : "No field differs."}
        </p>
      )}
      {rest.length > 0 && (
        <details className="mt-2 text-table">
          <summary className="w-fit cursor-pointer rounded py-1 text-accent">
            {pluralize(rest.length, "other field")}
          </summary>
          <ComparisonTable lines={rest} isUndecided={isUndecided} label="Other fields" />
        </details>
      )}
      {unlisted && (
        <p className="mt-2 text-table text-quiet">
          {formatCount(unlisted.workspaces)} of {formatCount(unlisted.allWorkspaces)} workspaces are not
          listed. <AllOfUser userId={unlisted.userId}>Show all</AllOfUser>
        </p>
      )}
    </Section>
  );
}

function describeAside(
  differing: number,
  all: number,
  { isUndecided, isUnchecked }: { isUndecided: boolean; isUnchecked: boolean },
): string {
  if (isUnchecked) return "not checked yet";
  if (isUndecided) return "waiting for a decision: nothing is changed";
  return differing === 0 ? "" : `${formatCount(differing)} of ${formatCount(all)} fields`;
}

type ComparisonTableProps = { lines: ComparisonLine[]; isUndecided: boolean; label: string };

function ComparisonTable({ lines, isUndecided, label }: ComparisonTableProps) {
  const heads = isUndecided
    ? ["Field", "In the database", "In Stripe"]
    : ["Field", "In the database", "Should be", "Why"];
  return (
    <table aria-label={label} className="block w-full text-table sm:table sm:table-fixed">
      <thead className="sr-only sm:not-sr-only sm:table-header-group">
        <tr className="border-b border-line text-left text-small text-quiet">
          {heads.map((head, at) => (
            <th key={head} scope="col" className={classNames("py-2 pr-4 font-medium", WIDTHS[at])}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="block sm:table-row-group">
        {lines.map((line) => (
          <ComparisonRow key={`${line.field} ${line.label}`} line={line} isUndecided={isUndecided} />
        ))}
      </tbody>
    </table>
  );
}

const WIDTHS = ["w-[26%]", "w-[23%]", "w-[25%]", undefined];
const cellClasses = "min-w-0 pl-4 break-words sm:py-2 sm:pr-4 sm:pl-0 sm:align-top";

function ComparisonRow({ line, isUndecided }: { line: ComparisonLine; isUndecided: boolean }) {
  const { label, help, recorded, expected, stripe, why, differs, differsFromStripe, severity } = line;
  const isMarked = differs || (isUndecided && differsFromStripe);
  const tone = severity ?? (isUndecided ? "review" : "low");
  return (
    <tr className="grid gap-y-0.5 border-b border-line py-2 sm:table-row sm:py-0">
      <th scope="row" title={help} className="text-left font-medium sm:py-2 sm:pr-4 sm:align-top">
        <span className="flex items-start gap-1.5">
          <span className={classNames("mt-1", isMarked ? toneText[tone] : "invisible")}>
            <Shape tone={tone} />
          </span>
          <span className={isMarked ? undefined : "font-normal text-quiet"}>{label}</span>
        </span>
      </th>
      <td className={classNames(cellClasses, "tabular-nums", !isMarked && "text-quiet")}>
        <CardLabel>In the database</CardLabel>
        <Value>{recorded}</Value>
      </td>
      <td className={classNames(cellClasses, "tabular-nums", isMarked ? "font-medium" : "text-quiet")}>
        <CardLabel>{isUndecided ? "In Stripe" : "Should be"}</CardLabel>
        <Value>{isUndecided ? (stripe ?? "none") : expected}</Value>
      </td>
      {!isUndecided && (
        <td className={classNames(cellClasses, "text-small text-quiet")}>
          {why}
          {stripe !== null && stripe !== expected && (
            <span className="block font-mono wrap-break-word">
              <Value>{stripe}</Value>
            </span>
          )}
        </td>
      )}
    </tr>
  );
}

/** The head of a column, where narrow screens show none. */
function CardLabel({ children }: { children: string }) {
  return <span className="mr-2 text-small text-faint sm:hidden">{children}</span>;
}
