import { SEAT_LABEL } from "~/billing/seat-label";
import { pluralize } from "~/billing/words/counts";
import { listTaken } from "~/billing/words/taken-words";
import type { ApplyPlan } from "~/dashboard/run-results/run-groups.server";
import { Shape } from "~/ui/status/shape";
import { MoneyList } from "./money-list";

/** What applying a preview does, with what is taken away first and in red. */
export function PlanSummary({ plan }: { plan: ApplyPlan }) {
  const { users, grants, revocations } = plan;
  const corrections = users - grants.users - revocations.users;
  return (
    <ul className="space-y-1 text-text">
      {revocations.users > 0 && (
        <li className="flex items-start gap-2.5 font-medium text-critical">
          <span className="mt-[5px]">
            <Shape tone="critical" />
          </span>
          <span>
            {pluralize(revocations.users, "user loses", "users lose")} {listTaken(revocations.taken)}
            {revocations.money.length > 0 && (
              <>
                {" "}
                (<MoneyList money={revocations.money} /> not paid)
              </>
            )}
          </span>
        </li>
      )}
      {grants.users > 0 && (
        <li className="flex items-start gap-2.5">
          <span className="mt-[5px] text-correct">
            <Shape tone="right" />
          </span>
          <span>
            {pluralize(grants.users, "user gets", "users get")} access or {SEAT_LABEL.many}
            {grants.money.length > 0 && (
              <>
                {" "}
                (<MoneyList money={grants.money} /> paid)
              </>
            )}
          </span>
        </li>
      )}
      {corrections > 0 && (
        <li className="flex items-start gap-2.5">
          <span className="mt-[5px] text-low">
            <Shape tone="low" />
          </span>
          {pluralize(corrections, "correction")} that change no access
        </li>
      )}
    </ul>
  );
}
