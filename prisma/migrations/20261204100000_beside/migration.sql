-- Incremental runs look for users beside those who were evaluated since the last one.
CREATE INDEX "SyncStatus_evaluatedVersion_idx" ON parity."SyncStatus" ("evaluatedVersion");
