import { Link } from "@remix-run/react";
import { useState } from "react";
import { pluralize } from "~/billing/words/counts";
import type { RunPage } from "~/dashboard/run-pages.server";
import { UndoDialog, type UndoneDecision } from "~/routes/_staff/decide/undo-dialog";
import { useDecision } from "~/routes/_staff/decide/use-decision";
import { formatRunTitle } from "~/routes/_staff/run/run-words";
import { Banner } from "~/ui/banner";
import { Button } from "~/ui/button";
import { Time } from "~/ui/format/time";
import { useHasRole } from "../_staff/frame-data";
import { isRunning } from "./run-groups";

/** Takes back what a run has written, after a preview of it; and says what was taken back already. */
export function UndoRun({ page }: { page: RunPage }) {
  const { run, undoneBy } = page;
  const undone = findUndo(page);
  const canUndo = useHasRole(undone?.kind === "undo_run" ? "admin" : "operator");
  const [isAsking, setAsking] = useState(false);
  const key = `run ${run.id}`;
  const { answer } = useDecision(key);
  return (
    <>
      {answer?.ok && (
        <div className="mt-4">
          <Banner tone="right" role="status">
            {answer.sentence}
            {answer.lines.map((line) => (
              <span key={line} className="block text-table text-quiet">
                {line}
              </span>
            ))}
          </Banner>
        </div>
      )}
      {undoneBy.map(({ runId, by, at, users }) => (
        <p key={runId} className="mt-3 text-table text-quiet">
          {pluralize(users, "change was", "changes were")} taken back by {by}, <Time at={at} />.{" "}
          <Link
            to={`/runs/${encodeURIComponent(runId)}`}
            className="text-accent underline underline-offset-2"
          >
            View what was taken back
          </Link>
        </p>
      ))}
      {undone && canUndo && (
        <p className="mt-4">
          <Button onClick={() => setAsking(true)}>
            {undone.kind === "undo_run" ? "Undo run…" : "Undo sync…"}
          </Button>
          <UndoDialog subject={key} undone={isAsking ? undone : null} onClose={() => setAsking(false)} />
        </p>
      )}
    </>
  );
}

/** A run of one user is taken back as its one change, which an operator may do. */
function findUndo({ run, users }: RunPage): UndoneDecision | null {
  if (run.mode !== "apply" || isRunning(run) || run.synced === 0) return null;
  const name = run.name ?? formatRunTitle(run);
  const [only] = users;
  return run.scope === "one" && only
    ? { kind: "undo_change", input: { runId: run.id, userId: only.userId }, name }
    : { kind: "undo_run", input: { runId: run.id }, name };
}
