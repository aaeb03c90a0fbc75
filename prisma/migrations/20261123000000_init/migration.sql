
-- What Prisma's schema language has no words for.

-- Orders requests to Stripe over all servers (order stamps).
CREATE SEQUENCE "stripe_order";

-- E-mail addresses are compared with only ASCII A–Z folded (billing/email.ts).
CREATE INDEX "User_email_folded" ON "User" (lower("email" COLLATE "C"));

-- The record of repairs is append-only.
CREATE FUNCTION "change_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Change is append-only: % refused', TG_OP;
END
$$;
CREATE TRIGGER "Change_append_only" BEFORE UPDATE OR DELETE ON "Change"
  FOR EACH ROW EXECUTE FUNCTION "change_is_append_only"();
CREATE TRIGGER "Change_no_truncate" BEFORE TRUNCATE ON "Change"
  FOR EACH STATEMENT EXECUTE FUNCTION "change_is_append_only"();
