-- A scheduled full run leaves out the users whose evaluation would say the same again.
ALTER TABLE parity."SyncStatus" ADD COLUMN settled BOOLEAN NOT NULL DEFAULT false;
