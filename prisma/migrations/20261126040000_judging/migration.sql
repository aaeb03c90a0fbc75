-- What a standing was judged on and when: unchanged ones are not written again, older judgements never replace newer
-- ones, and a record that was changed in the database is found by comparing fingerprints.
ALTER TABLE "Standing" ADD COLUMN "fingerprint" TEXT;
ALTER TABLE "Standing" ADD COLUMN "judgedStamp" BIGINT;
ALTER TABLE "Standing" ADD COLUMN "recordHash" BIGINT;

-- Users whose standing must be judged again.
CREATE TABLE "ToJudge" (
    "userId" TEXT NOT NULL,
    "marks" BIGSERIAL NOT NULL,

    CONSTRAINT "ToJudge_pkey" PRIMARY KEY ("userId")
);

-- Standings that depend on others, or whose repair is due or may have become possible: judged again at each tick.
CREATE INDEX "Standing_restless" ON "Standing" ("userId")
WHERE verdict IN ('link_conflict', 'link_suggested', 'not_checked')
    OR ("intendedHash" IS NOT NULL AND withheld IS NULL)
    OR withheld IN ('breaker', 'possible_other_customer', 'other_customers_unknown', 'not_read_since');
