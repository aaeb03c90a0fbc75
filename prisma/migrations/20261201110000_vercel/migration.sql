-- What applications ask for in SQL, until a process of Parity's takes it up. Rows are only added and removed: a unique key would
-- let one transaction of the application wait for another.
CREATE TABLE parity."CheckRequest" (
  id bigserial PRIMARY KEY,
  "userId" text NOT NULL,
  "requestedAt" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX "CheckRequest_userId_idx" ON parity."CheckRequest" ("userId");

-- Asks for a check of this user's payment, for applications in any language: SELECT parity.check_user('u_1').
-- It waits for no lock, fails never, and does nothing where the user waits already, was checked just now, or 10,000 wait.
-- True: the check was asked for. With the rights of its owner, so that the caller needs none on our tables.
CREATE FUNCTION parity.check_user(user_id text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF user_id IS NULL OR length(user_id) NOT BETWEEN 1 AND 200 THEN RETURN false; END IF;
  INSERT INTO parity."CheckRequest" ("userId")
  SELECT user_id
  WHERE NOT EXISTS (SELECT 1 FROM parity."CheckRequest" r WHERE r."userId" = user_id)
    AND NOT EXISTS (SELECT 1 FROM parity."UserCheck" k WHERE k."userId" = user_id
      AND (k."queuedAt" IS NOT NULL OR k."checkingUntil" > now() OR k."nextCheckAt" > now()))
    AND (SELECT count(*) FROM (SELECT 1 FROM parity."CheckRequest" LIMIT 10000) waiting) < 10000;
  RETURN FOUND;
EXCEPTION WHEN OTHERS THEN
  RETURN false;
END $$;
