-- CreateTable
CREATE TABLE "StripeLane" (
    "lane" TEXT NOT NULL,
    "freeAt" TIMESTAMPTZ(6) NOT NULL,
    "slowdown" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "slowedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "StripeLane_pkey" PRIMARY KEY ("lane")
);

-- CreateTable
CREATE TABLE "StripeRead" (
    "day" DATE NOT NULL,
    "endpoint" TEXT NOT NULL,
    "requests" INTEGER NOT NULL,

    CONSTRAINT "StripeRead_pkey" PRIMARY KEY ("day","endpoint")
);



-- What Prisma's schema language has no words for.

-- A few rows that are written many times a second: room for their next versions on the same page.
ALTER TABLE "StripeLane" SET (fillfactor = 10);

-- app/stripe/pacing.ts says the same in TypeScript, with the reasons; a test holds the two against each other. Functions,
-- because PostgreSQL keeps their plans: the same as one statement costs several times as much.

-- `slowdownAt`
CREATE FUNCTION "stripe_slowdown"(slowdown float8, slowed_at timestamptz, at timestamptz) RETURNS float8
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF slowed_at > at + interval '5 seconds' THEN RETURN 1; END IF;
  RETURN greatest(1, slowdown * power(2::float8, greatest(-30, extract(epoch FROM slowed_at - at)::float8 / 10)));
END
$$;

-- `passageOf`, for one endpoint; slots, bursts and aheads in milliseconds. `clock`: for tests; else the database's.
CREATE FUNCTION "stripe_passage"(
  endpoint text, many int, own_slot float8, own_burst float8, own_ahead float8,
  all_slot float8, all_burst float8, all_ahead float8, clock timestamptz,
  OUT granted int, OUT wait_ms float8, OUT slot_ms float8
) LANGUAGE plpgsql AS $$
DECLARE
  own "StripeLane";
  every "StripeLane";
  at timestamptz;
  at_ms float8;
  own_free float8;
  all_free float8;
  slow float8;
  first_of_day boolean;
BEGIN
  -- The last grants may be forgotten when the server crashes: its start takes longer than they last. For this
  -- transaction alone.
  PERFORM set_config('synchronous_commit', 'off', true);
  LOOP
    -- Always in this order, so that nobody waits in a circle.
    SELECT * INTO every FROM "StripeLane" l WHERE l.lane = 'all' FOR NO KEY UPDATE;
    SELECT * INTO own FROM "StripeLane" l WHERE l.lane = endpoint FOR NO KEY UPDATE;
    EXIT WHEN every.lane IS NOT NULL AND own.lane IS NOT NULL;
    INSERT INTO "StripeLane" (lane, "freeAt", "slowedAt")
    SELECT missing, coalesce(clock, clock_timestamp()), to_timestamp(0) FROM unnest(ARRAY['all', endpoint]) missing
    ON CONFLICT (lane) DO NOTHING;
  END LOOP;
  at := coalesce(clock, clock_timestamp());
  at_ms := extract(epoch FROM at)::float8 * 1000;

  slow := stripe_slowdown(every.slowdown, every."slowedAt", at);
  all_slot := all_slot * slow;
  own_slot := own_slot * greatest(slow, stripe_slowdown(own.slowdown, own."slowedAt", at));
  own_free := extract(epoch FROM own."freeAt")::float8 * 1000;
  all_free := extract(epoch FROM every."freeAt")::float8 * 1000;
  own_free := CASE WHEN own_free > at_ms + 30000 THEN at_ms ELSE greatest(own_free, at_ms - own_burst) END;
  all_free := CASE WHEN all_free > at_ms + 30000 THEN at_ms ELSE greatest(all_free, at_ms - all_burst) END;
  granted := greatest(0, least(many,
    floor((at_ms + own_ahead - own_free) / own_slot) + 1, floor((at_ms + all_ahead - all_free) / all_slot) + 1));
  own_free := own_free + granted * own_slot;
  all_free := all_free + granted * all_slot;
  wait_ms := greatest(own_free - own_ahead, all_free - all_ahead) - at_ms;
  slot_ms := greatest(own_slot, all_slot);
  IF granted = 0 THEN RETURN; END IF;

  UPDATE "StripeLane" l SET "freeAt" = to_timestamp(own_free / 1000) WHERE l.lane = endpoint;
  UPDATE "StripeLane" l SET "freeAt" = to_timestamp(all_free / 1000) WHERE l.lane = 'all';
  INSERT INTO "StripeRead" AS r (day, endpoint, requests)
  VALUES ((at AT TIME ZONE 'UTC')::date, stripe_passage.endpoint, granted)
  ON CONFLICT ON CONSTRAINT "StripeRead_pkey" DO UPDATE SET requests = r.requests + excluded.requests
  RETURNING xmax = 0 INTO first_of_day;
  IF first_of_day THEN DELETE FROM "StripeRead" r WHERE r.day < (at AT TIME ZONE 'UTC')::date - 400; END IF;
END
$$;

-- `slowedDown`
CREATE FUNCTION "stripe_slow_down"(slowed_lane text, clock timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz := coalesce(clock, clock_timestamp());
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  UPDATE "StripeLane" l SET "freeAt" = greatest(l."freeAt", at), "slowedAt" = at,
    slowdown = least(16, 2 * stripe_slowdown(l.slowdown, l."slowedAt", at))
  WHERE l.lane = slowed_lane
    AND NOT (l."slowedAt" > at - interval '500 milliseconds' AND l."slowedAt" <= at + interval '5 seconds');
END
$$;
