import { z } from "zod";
import { restoreSetting } from "~/engine/account/restore-setting.server";
import { roleAllows } from "~/engine/account/roles";
import { reportSettings } from "~/engine/account/settings.server";
import { isSettingKey, SETTINGS } from "~/engine/account/settings-catalogue.server";
import { type Decider, findReasonProblem } from "~/engine/decisions/decide.server";
import { nameActor } from "~/engine/decisions/handler.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { describeActor, loadActorNames, parseActor } from "../decisions/decision-view.server";

export type SettingUndone = { ok: true; sentence: string } | { ok: false; message: string };

type UndoRequest = { id: string; reason: string; by: Decider };

const numberId = z.string().regex(/^\d{1,18}$/);

/** Sets a setting to what it was before a change, for a typed reason, while nothing has changed it since. */
export async function undoSetting(
  { db, log }: { db: Database; log: Log },
  { id, reason, by }: UndoRequest,
): Promise<SettingUndone> {
  const problem = findReasonProblem(reason.trim(), true);
  if (problem) return problem;
  const row = numberId.safeParse(id).success
    ? await db.settingChange.findUnique({ where: { id: BigInt(id) } })
    : null;
  if (row === null || !isSettingKey(row.key)) return { ok: false, message: "This cannot be undone." };
  if (!roleAllows(by.role, SETTINGS[row.key].role))
    return { ok: false, message: "Your role does not allow this." };
  const audit = { actor: nameActor(by.actor), reason: reason.trim() };
  const restored = await restoreSetting(db, { id: row.id, key: row.key }, audit);
  if (restored.ok) {
    reportSettings(log, restored.saved, audit.actor);
    return { ok: true, sentence: "It is set again as it was before. The next run evaluates by it." };
  }
  const names = await loadActorNames(
    db,
    [parseActor(restored.actor)].filter((actor) => actor !== null),
  );
  const who = describeActor(restored.actor, names);
  return {
    ok: false,
    message: `Nothing was undone: ${who} has changed it since, at ${restored.at.toISOString().slice(0, 16).replace("T", " ")} UTC. Undo that first.`,
  };
}
