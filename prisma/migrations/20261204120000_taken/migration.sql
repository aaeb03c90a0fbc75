-- What a run takes from a user, or took: access, seats, plan, period or status. Null where nothing is, and in older rows.
ALTER TABLE parity."RunUser" ADD COLUMN taken TEXT;
