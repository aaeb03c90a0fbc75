import { Link } from "@remix-run/react";
import type { NamedPage } from "~/dashboard/activity/activity.server";
import { EntryList } from "~/routes/_staff/activity/entry-list";
import { Section } from "~/ui/section";

/** What the run has written, user by user: before and after. Nothing is shown for a run that wrote nothing. */
export function Changes({ runId, changes }: { runId: string; changes: NamedPage }) {
  if (changes.entries.length === 0) return null;
  return (
    <Section
      title="Changes"
      aside={
        <Link
          to={`/activity?${new URLSearchParams({ run: runId })}`}
          className="rounded text-accent hover:underline"
        >
          {changes.next === null ? "Undo in Activity" : "All changes and undo in Activity"}
        </Link>
      }
    >
      <EntryList entries={changes.entries} />
    </Section>
  );
}
