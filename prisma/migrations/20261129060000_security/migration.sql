-- A removed member keeps its name and cannot come back by itself.
ALTER TABLE "Staff" ADD COLUMN "removedAt" TIMESTAMPTZ(3);
ALTER TABLE "Staff" ADD COLUMN "twoFactorEnabled" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "StaffTwoFactor" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "userId" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "backupCodes" TEXT NOT NULL,
    "verified" BOOLEAN NOT NULL DEFAULT true,
    "failedVerificationCount" INTEGER NOT NULL DEFAULT 0,
    "lockedUntil" TIMESTAMPTZ(3),

    CONSTRAINT "StaffTwoFactor_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "StaffTwoFactor_userId_key" ON "StaffTwoFactor"("userId");
ALTER TABLE "StaffTwoFactor" ADD CONSTRAINT "StaffTwoFactor_userId_fkey" FOREIGN KEY ("userId") REFERENCES "Staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "SignInLimit" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "nextAttemptAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SignInLimit_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "SignInLimit_updatedAt_idx" ON "SignInLimit"("updatedAt");

-- CreateTable
CREATE TABLE "EndedCustomerSession" (
    "id" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "EndedCustomerSession_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "EndedCustomerSession_expiresAt_idx" ON "EndedCustomerSession"("expiresAt");

CREATE FUNCTION "setting_change_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'SettingChange is append-only: % refused', TG_OP;
END
$$;
CREATE TRIGGER "SettingChange_append_only" BEFORE UPDATE OR DELETE ON "SettingChange"
  FOR EACH ROW EXECUTE FUNCTION "setting_change_is_append_only"();
CREATE TRIGGER "SettingChange_no_truncate" BEFORE TRUNCATE ON "SettingChange"
  FOR EACH STATEMENT EXECUTE FUNCTION "setting_change_is_append_only"();
