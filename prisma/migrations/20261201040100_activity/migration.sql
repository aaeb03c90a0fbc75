-- The list of everything that was done, filtered by who did it.
CREATE INDEX "Change_actorKind_actor_createdAt_idx" ON parity."Change"("actorKind", "actor", "createdAt");

CREATE INDEX "SettingChange_createdAt_id_idx" ON parity."SettingChange"("createdAt", "id");
