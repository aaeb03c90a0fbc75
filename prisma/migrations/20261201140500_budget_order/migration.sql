-- The rows of the budget were made without a lock: two first requests for one endpoint could wait for each other in a circle.
CREATE OR REPLACE FUNCTION parity.stripe_acquire(
  endpoint text, many int, own_slot float8, own_burst float8, own_ahead float8,
  all_slot float8, all_burst float8, all_ahead float8, clock timestamptz,
  OUT granted int, OUT wait_ms float8, OUT slot_ms float8
) LANGUAGE plpgsql AS $$
DECLARE
  own parity."StripeRateBucket";
  every parity."StripeRateBucket";
  at timestamptz;
  at_ms float8;
  own_next float8;
  all_next float8;
  slow float8;
  first_of_day boolean;
BEGIN
  -- The last grants may be forgotten when the server crashes: its start takes longer than they last. For this
  -- transaction alone.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- Always in this order, and the endpoint's row is made under the lock of 'all': transactions never wait for each other in
  -- a circle.
  LOOP
    SELECT * INTO every FROM parity."StripeRateBucket" l WHERE l.bucket = 'all' FOR NO KEY UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO parity."StripeRateBucket" (bucket, "nextRequestAt", "slowedAt")
    VALUES ('all', coalesce(clock, clock_timestamp()), to_timestamp(0)) ON CONFLICT (bucket) DO NOTHING;
  END LOOP;
  LOOP
    SELECT * INTO own FROM parity."StripeRateBucket" l WHERE l.bucket = endpoint FOR NO KEY UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO parity."StripeRateBucket" (bucket, "nextRequestAt", "slowedAt")
    VALUES (endpoint, coalesce(clock, clock_timestamp()), to_timestamp(0)) ON CONFLICT (bucket) DO NOTHING;
  END LOOP;
  at := coalesce(clock, clock_timestamp());
  at_ms := extract(epoch FROM at)::float8 * 1000;

  slow := parity.stripe_slowdown(every.slowdown, every."slowedAt", at);
  all_slot := all_slot * slow;
  own_slot := own_slot * greatest(slow, parity.stripe_slowdown(own.slowdown, own."slowedAt", at));
  own_next := extract(epoch FROM own."nextRequestAt")::float8 * 1000;
  all_next := extract(epoch FROM every."nextRequestAt")::float8 * 1000;
  own_next := CASE WHEN own_next > at_ms + 30000 THEN at_ms ELSE greatest(own_next, at_ms - own_burst) END;
  all_next := CASE WHEN all_next > at_ms + 30000 THEN at_ms ELSE greatest(all_next, at_ms - all_burst) END;
  granted := greatest(0, least(many,
    floor((at_ms + own_ahead - own_next) / own_slot) + 1, floor((at_ms + all_ahead - all_next) / all_slot) + 1));
  own_next := own_next + granted * own_slot;
  all_next := all_next + granted * all_slot;
  wait_ms := greatest(own_next - own_ahead, all_next - all_ahead) - at_ms;
  slot_ms := greatest(own_slot, all_slot);
  IF granted = 0 THEN RETURN; END IF;

  UPDATE parity."StripeRateBucket" l SET "nextRequestAt" = to_timestamp(own_next / 1000) WHERE l.bucket = endpoint;
  UPDATE parity."StripeRateBucket" l SET "nextRequestAt" = to_timestamp(all_next / 1000) WHERE l.bucket = 'all';
  INSERT INTO parity."StripeRequestCount" AS r (day, endpoint, requests)
  VALUES ((at AT TIME ZONE 'UTC')::date, stripe_acquire.endpoint, granted)
  ON CONFLICT ON CONSTRAINT "StripeRequestCount_pkey" DO UPDATE SET requests = r.requests + excluded.requests
  RETURNING xmax = 0 INTO first_of_day;
  IF first_of_day THEN DELETE FROM parity."StripeRequestCount" r WHERE r.day < (at AT TIME ZONE 'UTC')::date - 400; END IF;
END
$$;
