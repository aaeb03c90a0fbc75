import type { Database } from "~/platform/client.server";
import type { World } from "./world";

/** A user of a schedule. A steady one pays throughout; of the others anything may happen to the subscriptions. */
export type ScheduledUser = { id: string; customerId: string; subscriptionIds: string[]; isSteady: boolean };

/** Notes from now on each time that a workspace is locked, in the database itself, so that no moment is missed. */
export async function watchAccess(db: Database): Promise<void> {
  await db.$executeRaw`CREATE TABLE locked_workspace ("ownerId" text NOT NULL, at timestamptz NOT NULL DEFAULT now())`;
  await db.$executeRaw`
    CREATE FUNCTION note_lock() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO locked_workspace ("ownerId") VALUES (NEW."ownerId"); RETURN NULL; END $$`;
  await db.$executeRaw`
    CREATE TRIGGER note_lock AFTER UPDATE ON app."Workspace" FOR EACH ROW
    WHEN (NEW.status <> 'active' OR NEW.soldiers < OLD.soldiers) EXECUTE FUNCTION note_lock()`;
}

/** Users that paid throughout and lost access or seats at some moment. */
export async function findLockouts(db: Database, users: readonly ScheduledUser[]): Promise<string[]> {
  const rows = await db.$queryRaw<{ ownerId: string }[]>`SELECT "ownerId" FROM locked_workspace`;
  const locked = new Set(rows.map(({ ownerId }) => ownerId));
  return users
    .filter(({ id, isSteady }) => isSteady && locked.has(id))
    .map(({ id }) => `${id} paid throughout and was locked out`);
}

/** The model: much simpler than the product, because all prices are mapped and each user has one customer. */
type Expected = { access: string; status: string | null };

const GIVES_ACCESS = ["active", "trialing", "past_due"];

function listExpected({ sandbox, prices }: World, { subscriptionIds }: ScheduledUser): Expected[] {
  const found = subscriptionIds.flatMap((id) => sandbox.account.store.subscriptions.find(id) ?? []);
  const seats = (price: number) => (sandbox.account.store.prices.getId(price) === prices.army ? 5 : 1);
  const entitled = found.filter(({ status }) => GIVES_ACCESS.includes(status));
  const most = Math.max(
    0,
    ...entitled.map(({ items }) => Math.max(...items.map((item) => seats(item.price)))),
  );
  const counting = entitled.filter(({ items }) => items.some((item) => seats(item.price) === most));
  if (entitled.length > 0) return counting.map(({ status }) => ({ access: `active ${most}`, status }));
  const open = found.filter(({ status }) => status !== "canceled");
  return (open.length > 0 ? open : found).map(({ status }) => ({ access: "locked 0", status }));
}

/** Users whose record is not what Stripe says now. */
export async function findDifferences(world: World, users: readonly ScheduledUser[]): Promise<string[]> {
  const rows = await world.db.$queryRaw<{ id: string; access: string; status: string | null }[]>`
    SELECT u.id, w.status || ' ' || w.soldiers AS access, u."subscriptionStatus" AS status
    FROM app."User" u JOIN app."Workspace" w ON w."ownerId" = u.id`;
  const recorded = new Map(rows.map((row) => [row.id, row]));
  return users.flatMap((user) => {
    const row = recorded.get(user.id);
    const expected = listExpected(world, user);
    const fits = expected.some(({ access, status }) => row?.access === access && row.status === status);
    return fits
      ? []
      : [`${user.id} has ${row?.access} ${row?.status}, Stripe says ${JSON.stringify(expected)}`];
  });
}

/** Every repair must begin where the one before it ended: a change that is audited twice, or not at all, breaks the chain. */
export async function findAuditGaps(db: Database): Promise<string[]> {
  const rows = await db.$queryRaw<{ userId: string; id: bigint }[]>`
    SELECT "userId", id FROM (SELECT "userId", id, before, lag(after) OVER (PARTITION BY "userId" ORDER BY id) AS earlier
      FROM parity."Change") chain WHERE earlier IS NOT NULL AND earlier <> before`;
  return rows.map(({ userId, id }) => `${userId}: change ${id} does not begin where the one before it ended`);
}
