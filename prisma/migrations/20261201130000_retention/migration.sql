-- Retention: docs/retention.md.

-- When the results of a run were removed whose user was not repaired. NULL: they are all there, or the run is to be looked at again.
ALTER TABLE parity."Run" ADD COLUMN "resultsRemovedAt" TIMESTAMPTZ(3);

-- What the cleaner looks at: runs that are over by age, settled events by age.
CREATE INDEX "Run_to_clean" ON parity."Run" ("finishedAt", "id") WHERE "resultsRemovedAt" IS NULL AND "finishedAt" IS NOT NULL;
CREATE INDEX "StripeEvent_to_clean" ON parity."StripeEvent" ("receivedAt", "id") WHERE "settledAt" IS NOT NULL;
-- The runs that refer to another one. Also the page of a run asks which runs took it back.
CREATE INDEX "Run_of_preview" ON parity."Run" ("previewRunId") WHERE "previewRunId" IS NOT NULL;
CREATE INDEX "Run_undoing" ON parity."Run" ("undoesRunId") WHERE "undoesRunId" IS NOT NULL;
-- The newest change of a setting.
CREATE INDEX "SettingChange_key_id_idx" ON parity."SettingChange" ("key", "id");

-- The audit stays append-only: no row is ever changed, and none is removed while the setting keepAuditDays is empty. Where it is set,
-- a row may be deleted that is older than it says (and than a year), in a transaction that says that it cleans, from a day after
-- the setting was changed.
CREATE FUNCTION parity.may_clean_audit(written timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF coalesce(current_setting('parity.cleans_audit', true), '') <> 'on' THEN RETURN false; END IF;
  RETURN EXISTS (SELECT 1 FROM parity."Setting" s
    WHERE s.key = 'keepAuditDays' AND jsonb_typeof(s.value) = 'number' AND s."updatedAt" < now() - interval '1 day'
      AND written < now() - make_interval(days => greatest(365, (s.value #>> '{}')::int)));
END
$$;

CREATE OR REPLACE FUNCTION parity.change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF parity.may_clean_audit(OLD."createdAt") THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION 'Change is append-only: % refused', TG_OP;
END
$$;

CREATE OR REPLACE FUNCTION parity.setting_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF parity.may_clean_audit(OLD."createdAt") THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION 'SettingChange is append-only: % refused', TG_OP;
END
$$;

CREATE OR REPLACE FUNCTION parity.decision_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF parity.may_clean_audit(OLD."createdAt") THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION 'Decision is append-only: % refused', TG_OP;
END
$$;
