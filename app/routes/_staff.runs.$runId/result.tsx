import { Link } from "@remix-run/react";
import { pluralize } from "~/billing/words/counts";
import { listTaken } from "~/billing/words/taken-words";
import type { RunPage } from "~/dashboard/run-pages.server";
import type { RunGroup } from "~/dashboard/run-results/run-groups.server";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import type { View } from "./choice";
import { GroupList } from "./group-list";
import { countUnchangedUsers, describeNothing, splitGroups } from "./run-groups";

/** What a run changes and what it does not change, side by side. In the past tense once the run has finished. */
export function Result({ page, view, canLeaveOut }: { page: RunPage; view: View; canLeaveOut: boolean }) {
  const { run } = page;
  const { revocations, others, willNot } = splitGroups(page);
  const preview = run.mode === "preview";
  const unchangedUsers = run.state === "done" && !run.resultsRemoved ? countUnchangedUsers(page) : 0;
  const words = describeNothing(run);
  const list = { view, canLeaveOut: canLeaveOut && preview };
  return (
    <div className="grid gap-x-10 lg:grid-cols-2">
      <Section
        title={preview ? "What will happen" : "What happened"}
        aside={formatUserCount([...revocations, ...others])}
      >
        {revocations.length > 0 && (
          <>
            <h3 className="mt-3 text-table font-medium text-critical">
              {preview ? "Will lose" : "Lost"} {listTaken(revocations.flatMap(({ taken }) => taken))}
            </h3>
            <GroupList {...list} groups={revocations} none="" />
            {others.length > 0 && (
              <h3 className="mt-4 text-table font-medium text-quiet">
                {preview ? "Everything else" : "Everything else that was changed"}
              </h3>
            )}
          </>
        )}
        {(others.length > 0 || revocations.length === 0) && (
          <GroupList {...list} groups={others} none={words.changed} />
        )}
      </Section>
      <Section
        title={preview ? "What will not happen, and why" : "Not changed, and why"}
        aside={formatUserCount(willNot)}
      >
        {run.unreached > 0 && (
          <p className="border-b border-line px-1.5 py-2.5 text-pretty">
            <span className="mr-2.5 inline-block text-high">
              <Shape tone="high" />
            </span>
            {pluralize(run.unreached, "user was", "users were")} not reached: the run ended before. Nothing
            was changed for them.
          </p>
        )}
        {(willNot.length > 0 || run.unreached === 0) && (
          <GroupList groups={willNot} view={view} none={words.unchanged} canLeaveOut={false} />
        )}
      </Section>
      {unchangedUsers > 0 && (
        <p className="mt-4 text-table text-quiet lg:col-span-2">
          <span className="mr-1.5 inline-block text-review">
            <Shape tone="review" />
          </span>
          {pluralize(unchangedUsers, "user is", "users are")} still blocked or awaiting a decision. This run
          did not check them again.{" "}
          <Link to="/users" className="text-accent hover:underline">
            View users
          </Link>
        </p>
      )}
      {run.skipped > 0 && (
        <p className="mt-4 text-table text-quiet lg:col-span-2">
          <span className="mr-1.5 inline-block text-correct">
            <Shape tone="right" />
          </span>
          {pluralize(run.skipped, "user is", "users are")} in sync.
        </p>
      )}
    </div>
  );
}

function formatUserCount(groups: RunGroup[]): string | null {
  const users = groups.reduce((sum, group) => sum + group.users, 0);
  return users > 0 ? pluralize(users, "user") : null;
}
