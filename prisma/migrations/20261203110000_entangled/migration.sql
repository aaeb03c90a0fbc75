-- Incremental runs evaluate the users again in whose evaluation another user had a part.
ALTER TABLE parity."SyncStatus" ADD COLUMN entangled BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "SyncStatus_entangled" ON parity."SyncStatus" ("userId") WHERE entangled;
