-- What the audit refers to stays: a run with a repair or a decision is not removed, and who made it, how and why is not changed.
-- contract: a process of the version before removes no such run (its cleaner leaves out what is referred to) and never changes these columns.
CREATE FUNCTION parity.run_is_in_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'Run is part of the audit: % refused', TG_OP;
  END IF;
  IF EXISTS (SELECT 1 FROM parity."Change" c WHERE c."runId" = OLD.id)
    OR EXISTS (SELECT 1 FROM parity."Decision" d WHERE d."runId" = OLD.id) THEN
    RAISE EXCEPTION 'Run % is part of the audit: % refused', OLD.id, TG_OP;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "Run_in_audit" BEFORE DELETE ON parity."Run"
  FOR EACH ROW EXECUTE FUNCTION parity.run_is_in_audit();
CREATE TRIGGER "Run_in_audit_unchanged" BEFORE UPDATE OF "id", "actorKind", "actor", "mode", "typedReason" ON parity."Run"
  FOR EACH ROW WHEN ((OLD."id", OLD."actorKind", OLD."actor", OLD."mode", OLD."typedReason")
    IS DISTINCT FROM (NEW."id", NEW."actorKind", NEW."actor", NEW."mode", NEW."typedReason"))
  EXECUTE FUNCTION parity.run_is_in_audit();
CREATE TRIGGER "Run_no_truncate" BEFORE TRUNCATE ON parity."Run"
  FOR EACH STATEMENT EXECUTE FUNCTION parity.run_is_in_audit();
