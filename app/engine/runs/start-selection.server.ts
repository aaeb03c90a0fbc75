import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import { START_DIVIDE } from "~/engine/repair/run-cursor";
import { createRun, type LeftOut, NOTHING_LEFT_OUT, type RunRow } from "~/engine/repair/runs.server";
import type { Tx } from "~/platform/client.server";
import { copyPreviewedUsers } from "./run-users.server";

/** What staff chose when they applied a preview. */
export type ApplyChoice = {
  previewRunId?: string;
  leftOut?: LeftOut;
  name?: string | null;
  typedReason?: string | null;
};

/** Starts a preview of the users of a selection, evaluated from what is stored. */
export async function startSelectionPreview(
  { db }: Pick<Deps, "db">,
  { actor, selectionId }: { actor: Actor; selectionId: string },
): Promise<RunRow> {
  const total = await db.selectedUser.count({ where: { selectionId } });
  return createRun(db, {
    ...{ actor, selectionId },
    mode: "preview",
    scope: "selection",
    cursor: START_DIVIDE,
    counts: { total },
  });
}

/**
 * Starts to apply the preview of a selection. Nothing but these users is read: each in the phase that reads again what is
 * still intended. What the preview did not intend stays as the preview said it.
 */
export async function startSelectionApply(
  { db }: Pick<Deps, "db">,
  { actor, preview, ...choice }: { actor: Actor; preview: RunRow } & Omit<ApplyChoice, "previewRunId">,
): Promise<RunRow> {
  return db.$transaction(async (tx: Tx) => {
    const leftOut = choice.leftOut ?? NOTHING_LEFT_OUT;
    const run = await createRun(tx, {
      ...choice,
      ...{ actor, leftOut },
      mode: "apply",
      scope: "selection",
      cursor: { phase: "revoke", allUsers: false, afterUserId: null },
      previewRunId: preview.id,
      selectionId: preview.selectionId,
      counts: { total: preview.total, skipped: preview.skipped },
    });
    await copyPreviewedUsers(tx, { run, leftOut });
    return run;
  });
}
