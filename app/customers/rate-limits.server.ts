import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const counterRow = z.object({ count: z.number(), left: z.number() });

/** Counts one request for a key, over all servers. Returns 0, or the seconds to wait when the limit is exceeded. */
export async function consumeRateLimit(
  db: Database,
  key: string,
  { limit, windowSeconds }: { limit: number; windowSeconds: number },
): Promise<number> {
  const { count, left } = await queryOneOrThrow(
    db,
    counterRow,
    sql`
    INSERT INTO parity."RateLimitCounter" AS a (key, count) VALUES (${key}, 1)
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN a."windowStart" < now() - make_interval(secs => ${windowSeconds}::float8)
        THEN 1 ELSE a.count + 1 END,
      "windowStart" = CASE WHEN a."windowStart" < now() - make_interval(secs => ${windowSeconds}::float8)
        THEN now() ELSE a."windowStart" END
    RETURNING count, extract(epoch FROM "windowStart" + make_interval(secs => ${windowSeconds}::float8) - now())::float8
      AS left`,
  );
  return count > limit ? Math.max(1, Math.ceil(left)) : 0;
}
