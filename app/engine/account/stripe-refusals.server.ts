import { z } from "zod";
import type { Database, Tx } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { formatPermission, PERMISSIONS, type RefusalSubject } from "~/stripe/permissions/catalogue";
import type { ReportRefusal } from "~/stripe/permissions/permission-watch";

/** What Stripe refuses to a key, in words. */
export type StripeRefusal = {
  subject: RefusalSubject;
  /** "Checkout Sessions: Read (optional)", or the key's variable. */
  name: string;
  /** What does not work without it. */
  without: string;
  isNecessary: boolean;
  /** Epoch seconds. */
  since: number;
};

/** Remembers what Stripe refuses, for all processes; says so in the log when it changes. */
export function createRefusalReport(db: Database, log: Log, onGranted: () => Promise<void>): ReportRefusal {
  return async ({ subject, isRefused, requestId }) => {
    try {
      const { name, without } = describeSubject(subject);
      if (isRefused) {
        if (await saveRefusal(db, subject, requestId))
          log.error({ subject, missing: name, without, requestId }, "Stripe refuses a permission");
      } else if (await deleteRefusal(db, subject)) {
        log.info({ subject, granted: name }, "Stripe grants a permission again");
        await onGranted();
      }
    } catch (error) {
      // What was asked for has been answered all the same.
      log.warn({ err: error, subject }, "Stripe permission not recorded");
    }
  };
}

const newRow = z.object({ isNew: z.boolean() });

/** True: it was not known before. */
async function saveRefusal(db: Database, subject: string, requestId: string | null): Promise<boolean> {
  const [row] = await queryRows(
    db,
    newRow,
    sql`
    INSERT INTO parity."StripeRefusal" (subject, "requestId") VALUES (${subject}, ${requestId}::text)
    ON CONFLICT (subject) DO UPDATE SET "lastAt" = now(), "requestId" = excluded."requestId"
    RETURNING since = "lastAt" AS "isNew"`,
  );
  return row?.isNew ?? false;
}

async function deleteRefusal(db: Database, subject: string): Promise<boolean> {
  return (await db.$executeRaw`DELETE FROM parity."StripeRefusal" WHERE subject = ${subject}`) > 0;
}

/** What Stripe refuses now, the longest first. */
export async function listRefusals(db: Database | Tx): Promise<StripeRefusal[]> {
  const rows = await db.stripeRefusal.findMany({ orderBy: [{ since: "asc" }, { subject: "asc" }] });
  return rows.flatMap(({ subject, since }) => {
    if (!isSubject(subject)) return [];
    return [{ subject, since: since.getTime() / 1000, ...describeSubject(subject) }];
  });
}

const isSubject = (text: string): text is RefusalSubject =>
  text === "key" || text === "checkout_key" || PERMISSIONS.some(({ id }) => id === text);

function describeSubject(subject: RefusalSubject): Pick<StripeRefusal, "name" | "without" | "isNecessary"> {
  const permission = PERMISSIONS.find(({ id }) => id === subject);
  if (permission) {
    const { without, isNecessary } = permission;
    return { name: formatPermission(permission), without, isNecessary };
  }
  return subject === "key"
    ? {
        name: "STRIPE_SECRET_KEY",
        without: "Nothing can be checked or repaired.",
        isNecessary: true,
      }
    : {
        name: "STRIPE_CHECKOUT_KEY",
        without: "Customers cannot buy.",
        isNecessary: true,
      };
}
